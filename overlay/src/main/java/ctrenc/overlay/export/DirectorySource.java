package ctrenc.overlay.export;

import static java.nio.charset.StandardCharsets.US_ASCII;

import ctrenc.overlay.storage.DamagedException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The members of a backup as files in a directory of the host, as programs extracted them there. It
 * follows no link. Not thread-safe.
 */
final class DirectorySource implements Members.Source {

  /** The attribute's name without "user.", which the JDK puts before it. */
  private static final String ATTRIBUTE =
      ArchiveSink.XATTR.substring(ArchiveSink.XATTR.indexOf('.') + 1);

  private static final int PIECE = 256 << 10;

  private final Path directory;
  private final TransferProgress progress;
  private final Set<Object> linked = new HashSet<>();
  private long moved;

  DirectorySource(Path directory, TransferProgress progress) {
    this.directory = directory;
    this.progress = progress;
  }

  /** Hands out everything; what is not a member, or a damaged one, is refused by its name. */
  @Override
  public void read(Members members) throws IOException {
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes)
              throws IOException {
            if (!path.equals(directory)) {
              take(path, attributes, members);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes)
              throws IOException {
            if (isFirst(path, attributes)) {
              take(path, attributes, members);
            }
            moved += attributes.size();
            progress.moved(moved);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** A file with several names is one member. */
  private boolean isFirst(Path path, BasicFileAttributes attributes) throws IOException {
    boolean hasMore =
        Files.getAttribute(path, "unix:nlink", LinkOption.NOFOLLOW_LINKS) instanceof Integer links
            && links > 1;
    return !hasMore || linked.add(String.valueOf(attributes.fileKey()));
  }

  private void take(Path path, BasicFileAttributes attributes, Members members) throws IOException {
    String name = directory.relativize(path).toString();
    if (attributes.isDirectory()) {
      members.take(
          new Members.Member(name, true, 0, attribute(path)), InputStream.nullInputStream());
      return;
    }
    if (!attributes.isRegularFile()) {
      throw new DamagedException(name + " is no file of a backup.");
    }
    try (InputStream in = new BufferedInputStream(Files.newInputStream(path), PIECE)) {
      members.take(new Members.Member(name, false, attributes.size(), attribute(path)), in);
    }
  }

  private static Optional<String> attribute(Path path) throws IOException {
    UserDefinedFileAttributeView view =
        Files.getFileAttributeView(
            path, UserDefinedFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    if (view == null || !view.list().contains(ATTRIBUTE)) {
      return Optional.empty();
    }
    ByteBuffer value = ByteBuffer.allocate(view.size(ATTRIBUTE));
    view.read(ATTRIBUTE, value);
    return Optional.of(new String(value.array(), 0, value.position(), US_ASCII));
  }
}
