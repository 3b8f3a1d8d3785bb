package ctrenc.overlay.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Extended attributes of one object: what a descriptor refers to (also one opened as {@link
 * OpenFlag#PATH}, also a symbolic link; by way of /proc), or what lies at a path (never followed in
 * the last component). Thread-safe.
 */
public final class ExtendedAttributes {

  /** setxattr(2): fail with EEXIST if the attribute is there. */
  public static final int CREATE = 1;

  /** setxattr(2): fail with ENODATA if the attribute is not there. */
  public static final int REPLACE = 2;

  /** XATTR_SIZE_MAX and XATTR_LIST_MAX of linux/limits.h. */
  private static final int MAX_SIZE = 65536;

  private static final int FIRST_SIZE = 512;

  private final Target target;

  private ExtendedAttributes(Target target) {
    this.target = target;
  }

  public static ExtendedAttributes of(Descriptor file) {
    return new ExtendedAttributes(new OfDescriptor(file));
  }

  public static ExtendedAttributes at(byte[] path) {
    return new ExtendedAttributes(new AtPath(path.clone()));
  }

  /** The value, or nothing if there is no such attribute. */
  public Optional<byte[]> get(byte[] name) throws SystemCallException {
    SystemCall call = target.choose(SystemCall.GETXATTR, SystemCall.LGETXATTR);
    try {
      return Optional.of(fetch(call, name));
    } catch (SystemCallException e) {
      if (e.is(ErrorNumber.ENODATA) || e.is(ErrorNumber.EOPNOTSUPP)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** The names; none on a filesystem that has no extended attributes. */
  public List<byte[]> list() throws SystemCallException {
    SystemCall call = target.choose(SystemCall.LISTXATTR, SystemCall.LLISTXATTR);
    byte[] names;
    try {
      names = fetch(call, null);
    } catch (SystemCallException e) {
      if (e.is(ErrorNumber.EOPNOTSUPP)) {
        return List.of();
      }
      throw e;
    }
    List<byte[]> list = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < names.length; i++) {
      if (names[i] == 0) {
        list.add(Arrays.copyOfRange(names, from, i));
        from = i + 1;
      }
    }
    return list;
  }

  /** setxattr(2); {@code flags} is a mask of the constants here. */
  public void set(byte[] name, byte[] value, int flags) throws SystemCallException {
    SystemCall call = target.choose(SystemCall.SETXATTR, SystemCall.LSETXATTR);
    Scratch scratch = Scratch.ofThread();
    long path = target.path(scratch, call.manualName());
    long nameAddress = scratch.secondPath(call.manualName(), name);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, value);
      call.invoke(path, nameAddress, bytes.address(), value.length, flags);
    }
  }

  public void remove(byte[] name) throws SystemCallException {
    SystemCall call = target.choose(SystemCall.REMOVEXATTR, SystemCall.LREMOVEXATTR);
    Scratch scratch = Scratch.ofThread();
    long path = target.path(scratch, call.manualName());
    call.invoke(path, scratch.secondPath(call.manualName(), name));
  }

  private byte[] fetch(SystemCall call, byte @Nullable [] name) throws SystemCallException {
    int size = FIRST_SIZE;
    while (true) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment buffer = arena.allocate(size);
        Scratch scratch = Scratch.ofThread();
        long path = target.path(scratch, call.manualName());
        long length =
            name == null
                ? call.invoke(path, buffer.address(), size)
                : call.invoke(
                    path, scratch.secondPath(call.manualName(), name), buffer.address(), size);
        return buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
      } catch (SystemCallException e) {
        if (!e.is(ErrorNumber.ERANGE) || size == MAX_SIZE) {
          throw e;
        }
        size = MAX_SIZE;
      }
    }
  }

  private sealed interface Target {
    /**
     * The call that follows links for a path under /proc, the one that does not for a caller's
     * path.
     */
    SystemCall choose(SystemCall following, SystemCall notFollowing);

    long path(Scratch scratch, String call) throws SystemCallException;
  }

  private record OfDescriptor(Descriptor file) implements Target {
    @Override
    public SystemCall choose(SystemCall following, SystemCall notFollowing) {
      return following;
    }

    @Override
    public long path(Scratch scratch, String call) throws SystemCallException {
      return scratch.procPath(call, file);
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  private record AtPath(byte[] bytes) implements Target {
    @Override
    public SystemCall choose(SystemCall following, SystemCall notFollowing) {
      return notFollowing;
    }

    @Override
    public long path(Scratch scratch, String call) throws SystemCallException {
      return scratch.path(call, bytes);
    }
  }
}
