package ctrenc.daemon.refusal;

import ctrenc.overlay.storage.DamagedException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/**
 * What a failure of the machine is called in front of people; some of Java's exceptions name a file
 * and nothing else.
 */
public final class Sentences {

  private Sentences() {}

  public static String of(IOException failure) {
    return switch (failure) {
      case AccessDeniedException denied ->
          "The daemon may not use " + denied.getFile() + ": it needs to run as root.";
      case NoSuchFileException absent -> absent.getFile() + " is not there.";
      case FileAlreadyExistsException file ->
          file.getFile() + " is not a directory: name another place.";
      case DamagedException damaged ->
          damaged.getMessage() + " Nothing was changed: restore it from a backup.";
      case FileSystemException file when file.getReason() != null ->
          file.getFile() + " could not be used: " + file.getReason() + ".";
      default -> {
        String message = failure.getMessage();
        yield message == null
            ? "The machine failed (" + failure.getClass().getSimpleName() + ")."
            : message;
      }
    };
  }
}
