package ctrenc.daemon.runtime;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.FileData;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.FileStatus;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.Resolve;
import ctrenc.overlay.sys.SystemCallException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads small text files inside a container's root, whose content and links are not trusted: a link
 * leads to nowhere but inside the root, and neither a pipe nor a device is opened for reading.
 */
public final class RootFiles {

  private static final int MAX_SIZE = 4 << 20;
  private static final int TYPE_MASK = 0170000;
  private static final int REGULAR = 0100000;

  private final Path root;

  public RootFiles(Path root) {
    this.root = root;
  }

  /** The lines of a file; none where it is absent, no regular file, or longer than 4 MiB. */
  List<String> lines(String path) throws IOException {
    try (Descriptor directory = FileOpener.open(root, OpenFlag.PATH | OpenFlag.DIRECTORY);
        Descriptor file =
            FileOpener.openResolved(
                directory,
                path.getBytes(StandardCharsets.UTF_8),
                OpenFlag.READ_ONLY | OpenFlag.NON_BLOCKING,
                0,
                Resolve.IN_ROOT | Resolve.NO_MAGIC_LINKS)) {
      return read(file).lines().toList();
    } catch (SystemCallException e) {
      if (isAbsent(e)) {
        return List.of();
      }
      throw e;
    }
  }

  private static boolean isAbsent(SystemCallException e) {
    return e.is(ErrorNumber.ENOENT)
        || e.is(ErrorNumber.ENOTDIR)
        || e.is(ErrorNumber.ELOOP)
        || e.is(ErrorNumber.ENXIO);
  }

  private static String read(Descriptor file) throws SystemCallException {
    FileStatus status = FileStatus.of(file);
    if ((status.mode() & TYPE_MASK) != REGULAR || status.size() > MAX_SIZE) {
      return "";
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(Math.max(1, status.size()));
      long length = FileData.read(file, 0, buffer);
      byte[] bytes = buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
