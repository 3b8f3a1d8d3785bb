package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.exit.Failure;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a directory of a root has hidden in it, by which whoever may write there nests subvolumes
 * and their owners make snapshots (overlay/SEMANTICS.md). The kernel checks the caller's rights; no
 * daemon is asked. Every failure is a {@link Failure}.
 */
record HiddenDirectory(Path directory) {
  private static final Path HIDDEN = Path.of(".ctr-enc");

  /**
   * What failures mean for the caller that Java has no types for, nor numbers, but the C library's
   * words; the launcher inside a container keeps those from being translated.
   */
  private static final Map<String, ExitCode> REASONS =
      Map.of(
          "Operation not permitted", ExitCode.NOT_ALLOWED,
          "Read-only file system", ExitCode.NOT_ALLOWED,
          "Required key not available", ExitCode.NOT_NOW,
          "Device or resource busy", ExitCode.NOT_NOW,
          "Operation not supported", ExitCode.NOT_NOW,
          "Disk quota exceeded", ExitCode.FULL,
          "No space left on device", ExitCode.FULL);

  /** That of the directory in which something is called so. */
  static HiddenDirectory above(Path path) {
    Path above = path.getParent();
    if (above == null || path.getFileName() == null) {
      throw new Failure(ExitCode.BAD_INPUT, "the top directory hangs nowhere: name one below it");
    }
    return new HiddenDirectory(above);
  }

  /** The path that an argument names, absolute, as the caller sees it. */
  static Path named(String argument, Session session) {
    return session.surroundings().directory().resolve(argument).normalize();
  }

  void make(Path place) {
    requireHidden();
    Path made = hidden().resolve(place);
    try {
      Files.createDirectory(made);
    } catch (NoSuchFileException e) {
      throw new Failure(
          ExitCode.NOT_FOUND,
          "there is no image %s: ask who runs the daemon for the names of those there are"
              .formatted(place.getName(place.getNameCount() - 2)),
          e);
    } catch (IOException e) {
      throw told("make", made, e);
    }
  }

  void remove(Path place) {
    requireHidden();
    Path gone = hidden().resolve(place);
    try {
      Files.delete(gone);
    } catch (IOException e) {
      throw told("remove", gone, e);
    }
  }

  /** The names at a place, in order. */
  List<String> list(String place) {
    requireHidden();
    Path listed = hidden().resolve(place);
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(listed)) {
      entries.forEach(entry -> names.add(String.valueOf(entry.getFileName())));
    } catch (IOException e) {
      throw told("list", listed, e);
    }
    names.sort(null);
    return names;
  }

  /** What the subvolume tells of itself in which the directory is: lines of a name and a value. */
  String info() {
    requireHidden();
    Path info = hidden().resolve("info");
    try {
      return Files.readString(info);
    } catch (IOException e) {
      throw told("read", info, e);
    }
  }

  private Path hidden() {
    return directory.resolve(HIDDEN);
  }

  private void requireHidden() {
    try {
      Files.getLastModifiedTime(hidden());
    } catch (NoSuchFileException e) {
      throw new Failure(
          ExitCode.NOT_FOUND,
          "%s is no directory of this container's root: name one that is".formatted(directory),
          e);
    } catch (IOException e) {
      throw told("enter", hidden(), e);
    }
  }

  private static Failure told(String what, Path path, IOException e) {
    String subject = "cannot %s %s: ".formatted(what, path);
    return switch (e) {
      case FileAlreadyExistsException taken ->
          new Failure(ExitCode.ALREADY_EXISTS, subject + "the name is taken", taken);
      case NoSuchFileException absent ->
          new Failure(ExitCode.NOT_FOUND, subject + "there is none of that name", absent);
      case DirectoryNotEmptyException full ->
          new Failure(ExitCode.NOT_NOW, subject + "it is not empty", full);
      case AccessDeniedException denied ->
          new Failure(ExitCode.NOT_ALLOWED, subject + "it is not yours to", denied);
      case FileSystemException other -> {
        String reason = String.valueOf(other.getReason());
        yield new Failure(
            REASONS.getOrDefault(reason, ExitCode.FAILED),
            subject + reason.toLowerCase(Locale.ROOT),
            other);
      }
      default -> new Failure(ExitCode.FAILED, subject + e.getMessage(), e);
    };
  }
}
