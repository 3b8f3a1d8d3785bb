package ctrenc.overlay.union;

import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.Name;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * A POSIX access control list in the form that extended attributes have it
 * (linux/posix_acl_xattr.h): version 2, then entries of tag, permissions and id, little-endian.
 * Immutable.
 */
record PosixAcl(List<Entry> entries) {

  static final Name ACCESS = Name.of("system.posix_acl_access");
  static final Name DEFAULT = Name.of("system.posix_acl_default");

  private static final int VERSION = 2;
  private static final int HEADER = 4;
  private static final int ENTRY = 8;
  private static final int OWNER = 0x01;
  private static final int USER = 0x02;
  private static final int GROUP_OWNER = 0x04;
  private static final int GROUP = 0x08;
  private static final int MASK = 0x10;
  private static final int OTHER = 0x20;
  private static final int ALL = 7;

  PosixAcl {
    entries = List.copyOf(entries);
  }

  static boolean isAcl(Name name) {
    return name.equals(ACCESS) || name.equals(DEFAULT);
  }

  /**
   * Reads the form of an extended attribute.
   *
   * @throws ErrnoException EINVAL if it is no valid list, EOPNOTSUPP if its version is unknown
   */
  static PosixAcl decode(byte[] value) throws ErrnoException {
    if (value.length < HEADER || (value.length - HEADER) % ENTRY != 0) {
      throw new ErrnoException(Errno.EINVAL);
    }
    ByteBuffer in = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
    if (in.getInt() != VERSION) {
      throw new ErrnoException(Errno.EOPNOTSUPP);
    }
    List<Entry> entries = new ArrayList<>();
    while (in.hasRemaining()) {
      entries.add(new Entry(in.getShort() & 0xffff, in.getShort() & 0xffff, in.getInt()));
    }
    PosixAcl acl = new PosixAcl(entries);
    if (!acl.isValid()) {
      throw new ErrnoException(Errno.EINVAL);
    }
    return acl;
  }

  byte[] encode() {
    ByteBuffer out =
        ByteBuffer.allocate(HEADER + entries.size() * ENTRY).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(VERSION);
    for (Entry entry : entries) {
      out.putShort((short) entry.tag).putShort((short) entry.permissions).putInt(entry.id);
    }
    return out.array();
  }

  /**
   * One owner, one owning group, one other; a mask, at most one, wherever there are named entries.
   */
  private boolean isValid() {
    long named = entries.stream().filter(entry -> entry.tag == USER || entry.tag == GROUP).count();
    long masks = count(MASK);
    boolean known =
        count(OWNER) + count(GROUP_OWNER) + count(OTHER) + masks + named == entries.size();
    boolean sane = entries.stream().allMatch(entry -> (entry.permissions & ~ALL) == 0);
    boolean single =
        count(OWNER) == 1 && count(GROUP_OWNER) == 1 && count(OTHER) == 1 && masks <= 1;
    return known && sane && single && (named == 0 || masks == 1);
  }

  private long count(int tag) {
    return entries.stream().filter(entry -> entry.tag == tag).count();
  }

  /** The list says no more than permission bits can. */
  boolean isMinimal() {
    return entries.size() == 3;
  }

  /**
   * The permission bits that stand for this list; the group's are the mask's where there is one.
   */
  int permissions() {
    return permissionsOf(OWNER) << 6 | permissionsOf(groupClass()) << 3 | permissionsOf(OTHER);
  }

  private int groupClass() {
    return count(MASK) > 0 ? MASK : GROUP_OWNER;
  }

  private int permissionsOf(int tag) {
    return entries.stream()
        .filter(entry -> entry.tag == tag)
        .mapToInt(Entry::permissions)
        .findFirst()
        .orElse(0);
  }

  /** This list after a chmod(2) to the given permission bits. */
  PosixAcl changed(int mode) {
    int group = groupClass();
    return map(
        entry ->
            switch (entry.tag) {
              case OWNER -> mode >> 6 & ALL;
              case OTHER -> mode & ALL;
              default -> entry.tag == group ? mode >> 3 & ALL : entry.permissions;
            });
  }

  /**
   * The access list of a child that is made with {@code mode} where this is the default list of its
   * directory.
   */
  PosixAcl inherited(int mode) {
    int group = groupClass();
    return map(
        entry ->
            switch (entry.tag) {
              case OWNER -> entry.permissions & mode >> 6;
              case OTHER -> entry.permissions & mode;
              default -> entry.tag == group ? entry.permissions & mode >> 3 : entry.permissions;
            });
  }

  private PosixAcl map(ToIntFunction<Entry> permissions) {
    return new PosixAcl(
        entries.stream()
            .map(entry -> new Entry(entry.tag, permissions.applyAsInt(entry), entry.id))
            .toList());
  }

  /** One line of the list. */
  record Entry(int tag, int permissions, int id) {}
}
