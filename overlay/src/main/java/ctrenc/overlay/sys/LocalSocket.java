package ctrenc.overlay.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A unix socket of whole messages (SOCK_SEQPACKET, or SOCK_DGRAM to notify), which may carry
 * descriptors: who receives one has the same open file, and keeps it when the sender is gone.
 * Thread-safe; a message is one call.
 */
public final class LocalSocket implements AutoCloseable {

  /** The most descriptors in one message: SCM_MAX_FD of the kernel is 253. */
  public static final int MAX_DESCRIPTORS = 128;

  /** The longest message in bytes. */
  public static final int MAX_LENGTH = 128 << 10;

  static final int AF_UNIX = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_SEQPACKET = 5;
  static final int CLOSE_ON_EXEC = 02000000;
  static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;
  private static final int SO_PEERCRED = 17;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int MSG_CMSG_CLOEXEC = 0x40000000;
  private static final int BACKLOG = 8;
  static final int ADDRESS_SIZE = 110;
  private static final long MESSAGE_HEADER = 56;
  private static final long CONTROL_HEADER = 16;

  private final Descriptor descriptor;

  private LocalSocket(Descriptor descriptor) {
    this.descriptor = descriptor;
  }

  /** A message; whoever received it closes its descriptors. */
  public record Message(byte[] bytes, List<Descriptor> descriptors) {}

  /** Listens at a path that must not exist. */
  public static LocalSocket listen(Path path) throws SystemCallException {
    LocalSocket made = make();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = address(arena, path);
      SystemCall.BIND.invoke(made.descriptor.number(), address.address(), ADDRESS_SIZE);
      SystemCall.LISTEN.invoke(made.descriptor.number(), BACKLOG);
      return made;
    } catch (SystemCallException e) {
      made.close();
      throw e;
    }
  }

  public static LocalSocket connect(Path path) throws SystemCallException {
    LocalSocket made = make();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = address(arena, path);
      SystemCall.CONNECT.invoke(made.descriptor.number(), address.address(), ADDRESS_SIZE);
      return made;
    } catch (SystemCallException e) {
      made.close();
      throw e;
    }
  }

  /**
   * For messages to a service manager that are not answered.
   *
   * @param name a path, or "@" and an abstract name, as sd_notify(3) is given it
   */
  public static LocalSocket toNotify(String name) throws SystemCallException {
    LocalSocket made = make(SOCK_DGRAM);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = address(arena, Path.of(name));
      long length = ADDRESS_SIZE;
      if (name.startsWith("@")) {
        address.set(ValueLayout.JAVA_BYTE, Short.BYTES, (byte) 0);
        length = Short.BYTES + FileOpener.bytesOf(Path.of(name)).length;
      }
      SystemCall.CONNECT.invoke(made.descriptor.number(), address.address(), length);
      return made;
    } catch (SystemCallException e) {
      made.close();
      throw e;
    }
  }

  private static LocalSocket make() throws SystemCallException {
    return make(SOCK_SEQPACKET);
  }

  private static LocalSocket make(int type) throws SystemCallException {
    return new LocalSocket(
        Descriptor.adopt((int) SystemCall.SOCKET.invoke(AF_UNIX, type | CLOSE_ON_EXEC, 0)));
  }

  static MemorySegment address(Arena arena, Path path) throws SystemCallException {
    byte[] bytes = FileOpener.bytesOf(path);
    if (bytes.length > ADDRESS_SIZE - Short.BYTES - 1) {
      throw new SystemCallException("bind", ErrorNumber.ENAMETOOLONG);
    }
    MemorySegment address = arena.allocate(ADDRESS_SIZE, Long.BYTES);
    address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
    MemorySegment.copy(bytes, 0, address, ValueLayout.JAVA_BYTE, Short.BYTES, bytes.length);
    return address;
  }

  /** Waits for somebody to connect. */
  public LocalSocket accept() throws SystemCallException {
    return new LocalSocket(
        Descriptor.adopt(
            (int) SystemCall.ACCEPT4.invoke(descriptor.number(), 0, 0, CLOSE_ON_EXEC)));
  }

  /** For {@link Poll} and {@link Epoll}. */
  public Descriptor descriptor() {
    return descriptor;
  }

  /** The user at the other end, when it connected. */
  public int peerUser() throws SystemCallException {
    return peer(Integer.BYTES);
  }

  /** The process at the other end, when it connected. */
  public int peerProcess() throws SystemCallException {
    return peer(0);
  }

  /** A field of struct ucred. */
  private int peer(int field) throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment credentials = arena.allocate(3L * Integer.BYTES, Long.BYTES);
      MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, 3 * Integer.BYTES);
      SystemCall.GETSOCKOPT.invoke(
          descriptor.number(), SOL_SOCKET, SO_PEERCRED, credentials.address(), length.address());
      return credentials.get(ValueLayout.JAVA_INT, field);
    }
  }

  public void send(byte[] bytes, List<Descriptor> descriptors) throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment data = arena.allocate(Math.max(1, bytes.length));
      MemorySegment.copy(bytes, 0, data, ValueLayout.JAVA_BYTE, 0, bytes.length);
      long rights = (long) descriptors.size() * Integer.BYTES;
      MemorySegment control = arena.allocate(CONTROL_HEADER + rights + Long.BYTES, Long.BYTES);
      MemorySegment header = header(arena, data, bytes.length, control, 0);
      if (!descriptors.isEmpty()) {
        control.set(ValueLayout.JAVA_LONG, 0, CONTROL_HEADER + rights);
        control.set(ValueLayout.JAVA_INT, 8, SOL_SOCKET);
        control.set(ValueLayout.JAVA_INT, 12, SCM_RIGHTS);
        for (int i = 0; i < descriptors.size(); i++) {
          control.setAtIndex(
              ValueLayout.JAVA_INT,
              CONTROL_HEADER / Integer.BYTES + i,
              descriptors.get(i).number());
        }
        header.set(ValueLayout.JAVA_LONG, 40, CONTROL_HEADER + (rights + 7) / 8 * 8);
      }
      SystemCall.SENDMSG.invoke(descriptor.number(), header.address(), MSG_NOSIGNAL);
    }
  }

  /** struct msghdr with one piece of data. */
  private static MemorySegment header(
      Arena arena, MemorySegment data, long length, MemorySegment control, long controlLength) {
    MemorySegment vector = arena.allocate(2L * Long.BYTES, Long.BYTES);
    vector.set(ValueLayout.JAVA_LONG, 0, data.address());
    vector.set(ValueLayout.JAVA_LONG, 8, length);
    MemorySegment header = arena.allocate(MESSAGE_HEADER, Long.BYTES);
    header.set(ValueLayout.JAVA_LONG, 16, vector.address());
    header.set(ValueLayout.JAVA_LONG, 24, 1);
    header.set(ValueLayout.JAVA_LONG, 32, control.address());
    header.set(ValueLayout.JAVA_LONG, 40, controlLength);
    return header;
  }

  /** Waits for a message; an empty one says that the other end has closed. */
  public Message receive() throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment data = arena.allocate(MAX_LENGTH);
      long room = CONTROL_HEADER + (long) MAX_DESCRIPTORS * Integer.BYTES;
      MemorySegment control = arena.allocate(room, Long.BYTES);
      MemorySegment header = header(arena, data, MAX_LENGTH, control, room);
      long length =
          SystemCall.RECVMSG.invoke(descriptor.number(), header.address(), MSG_CMSG_CLOEXEC);
      return new Message(
          data.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE),
          descriptors(control, header.get(ValueLayout.JAVA_LONG, 40)));
    }
  }

  private static List<Descriptor> descriptors(MemorySegment control, long controlLength) {
    List<Descriptor> received = new ArrayList<>();
    if (controlLength >= CONTROL_HEADER && control.get(ValueLayout.JAVA_INT, 12) == SCM_RIGHTS) {
      long end = control.get(ValueLayout.JAVA_LONG, 0);
      for (long at = CONTROL_HEADER; at + Integer.BYTES <= end; at += Integer.BYTES) {
        received.add(Descriptor.adopt(control.get(ValueLayout.JAVA_INT, at)));
      }
    }
    return received;
  }

  @Override
  public void close() throws SystemCallException {
    descriptor.close();
  }
}
