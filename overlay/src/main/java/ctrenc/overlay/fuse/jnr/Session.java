package ctrenc.overlay.fuse.jnr;

import ctrenc.overlay.fuse.MountOptions;
import ctrenc.overlay.vfs.Errno;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.jspecify.annotations.Nullable;

/** What libfuse has of one mount. Its memory ends with {@link #close}. Thread-safe until then. */
final class Session {

  /**
   * Names and absences change by the kernel's own requests, or it is told. Only what lists others'
   * work changes otherwise, and libfuse 2 has one limit for all.
   */
  private static final int ENTRY_SECONDS = 1;

  private static final Path CONFIGURATION = Path.of("/etc/fuse.conf");

  private final FuseLibrary library;
  private final Runtime runtime;
  private final String directory;
  private final Pointer channel;
  private final Pointer fuse;
  private final Pointer session;
  private boolean isClosed;

  private Session(FuseLibrary library, Runtime runtime, String directory, Pointer fuse) {
    this.library = library;
    this.runtime = runtime;
    this.directory = directory;
    this.fuse = fuse;
    session = library.session(fuse);
    channel = library.nextChannel(session, null);
  }

  /**
   * Mounts, with requests waiting from then on.
   *
   * @param owner what contexts of requests carry
   */
  static Session open(
      FuseLibrary library,
      Runtime runtime,
      OperationTable operations,
      Pointer owner,
      Path directory,
      MountOptions options)
      throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new IOException(
          "%s could not be mounted: mount: No such file or directory.".formatted(directory));
    }
    String place = directory.toAbsolutePath().toString();
    Pointer fuse = setUp(library, runtime, operations, owner, place, options);
    if (fuse == null) {
      throw new IOException(
          "%s could not be mounted by libfuse 2, which has said why in the log."
              .formatted(directory));
    }
    return new Session(library, runtime, place, fuse);
  }

  private static @Nullable Pointer setUp(
      FuseLibrary library,
      Runtime runtime,
      OperationTable operations,
      Pointer owner,
      String place,
      MountOptions options)
      throws IOException {
    String[] words = {"ctr-enc", "-f", "-o" + String.join(",", options(options)), place};
    Pointer holders = runtime.getMemoryManager().allocateDirect(2 * Long.BYTES, true);
    Pointer fuse =
        library.setUp(
            words.length,
            words,
            operations.memory(),
            operations.size(),
            holders,
            holders.slice(Long.BYTES),
            owner);
    Pointer copyOfPlace = holders.getPointer(0);
    // Where it fails libfuse has given that back, and leaves the pointer as it was.
    if (fuse != null && copyOfPlace != null) {
      library.free(copyOfPlace);
    }
    return fuse;
  }

  /**
   * Attributes are asked for each time: libfuse has a node for each name of a file, and the kernel
   * does not know that they are one. Bytes are kept as long as time and size stay.
   */
  private static List<String> options(MountOptions options) throws IOException {
    List<String> words = new ArrayList<>();
    words.add("subtype=ctr-enc");
    words.add("fsname=" + options.label().replace("\\", "\\\\").replace(",", "\\,"));
    words.add("default_permissions");
    words.add("nonempty");
    words.add("use_ino");
    words.add("big_writes");
    words.add("auto_cache");
    words.add("attr_timeout=0");
    words.add("entry_timeout=" + ENTRY_SECONDS);
    words.add("negative_timeout=" + ENTRY_SECONDS);
    boolean isRoot = isRoot();
    if (isRoot) {
      words.add("suid");
      words.add("dev");
    }
    if (isRoot || isSharingAllowed()) {
      words.add("allow_other");
    }
    if (options.readOnly()) {
      words.add("ro");
    }
    return words;
  }

  private static boolean isRoot() throws IOException {
    return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
  }

  /** Whether fusermount lets others than the mount's owner in. */
  private static boolean isSharingAllowed() throws IOException {
    return Files.isReadable(CONFIGURATION)
        && Files.readAllLines(CONFIGURATION, StandardCharsets.ISO_8859_1).stream()
            .anyMatch(line -> line.strip().equals("user_allow_other"));
  }

  /** What one thread needs to serve: memory for a request, and the channel it comes by. */
  final class Seat {
    private final Pointer buffer =
        runtime.getMemoryManager().allocateDirect((int) library.bufferSize(channel), true);
    private final Pointer holder = runtime.getMemoryManager().allocateDirect(Long.BYTES, true);
    private int received;

    /** Waits for a request; false when the mount has ended. */
    boolean receive() {
      int length;
      do {
        holder.putPointer(0, channel);
        length = library.receive(holder, buffer, buffer.size());
      } while (length == -Errno.EINTR.code() || length == -Errno.EAGAIN.code());
      received = length;
      return length > 0;
    }

    /** Has the request answered, and leaves nothing of it in memory. */
    void process(KernelNodes nodes) {
      nodes.begin(buffer, received);
      library.process(session, buffer, received, channel);
      buffer.setMemory(0, received, (byte) 0);
    }
  }

  synchronized void invalidateInode(long node, long offset, long length) {
    if (!isClosed) {
      library.invalidateInode(channel, node, offset, length);
    }
  }

  synchronized void invalidateEntry(long node, byte[] name) {
    if (!isClosed) {
      library.invalidateEntry(channel, node, name, name.length);
    }
  }

  /** Gives everything back; no thread serves any more. Open files without a name end now. */
  synchronized void close() {
    isClosed = true;
    library.unmount(directory, channel);
    library.destroy(fuse);
  }
}
