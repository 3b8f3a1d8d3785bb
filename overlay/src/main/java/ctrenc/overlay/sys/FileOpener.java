package ctrenc.overlay.sys;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Opens files; every descriptor is closed on exec. Thread-safe. */
public final class FileOpener {

  private static final long OPEN_HOW_SIZE = 24;

  private FileOpener() {}

  /** openat(2). */
  public static Descriptor open(Descriptor directory, byte[] path, int flags, int mode)
      throws SystemCallException {
    long address = Scratch.ofThread().path("openat", path);
    return Descriptor.adopt(
        (int)
            SystemCall.OPENAT.invoke(
                directory.number(), address, flags | OpenFlag.CLOSE_ON_EXEC, mode));
  }

  public static Descriptor open(Path path, int flags) throws SystemCallException {
    return open(Descriptor.WORKING_DIRECTORY, bytesOf(path), flags, 0);
  }

  /**
   * openat2(2): {@code resolve} is a mask of {@link Resolve}; {@code mode} has a meaning only with
   * flags that create.
   */
  public static Descriptor openResolved(
      Descriptor directory, byte[] path, int flags, int mode, long resolve)
      throws SystemCallException {
    Scratch scratch = Scratch.ofThread();
    MemorySegment how = scratch.struct();
    how.set(ValueLayout.JAVA_LONG, 0, (flags | OpenFlag.CLOSE_ON_EXEC) & 0xffffffffL);
    how.set(ValueLayout.JAVA_LONG, 8, mode & 0xffffffffL);
    how.set(ValueLayout.JAVA_LONG, 16, resolve);
    long address = scratch.path("openat2", path);
    return Descriptor.adopt(
        (int) SystemCall.OPENAT2.invoke(directory.number(), address, how.address(), OPEN_HOW_SIZE));
  }

  /**
   * The bytes of a path that came from the outside as text (a setting, an argument), in the
   * encoding the VM uses for file names. Not for names read from a directory: those may be no text
   * at all.
   */
  public static byte[] bytesOf(Path path) {
    String encoding = System.getProperty("sun.jnu.encoding", "UTF-8");
    boolean isPlainC = encoding.startsWith("ANSI");
    return path.toString().getBytes(isPlainC ? StandardCharsets.UTF_8 : Charset.forName(encoding));
  }
}
