package ctrenc.overlay.sys;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Mounts whose owners are shown as a user namespace has them: mount_setattr(2). Thread-safe. */
public final class MappedMounts {

  /** Flags of open_tree(2), move_mount(2) and mount_setattr(2) (linux/mount.h, linux/fcntl.h). */
  private static final long CLONE = 1;

  private static final long FROM_IS_THE_DESCRIPTOR = 4;
  private static final long EMPTY_PATH = 0x1000;

  private static final long MAPPED = 0x0010_0000;
  private static final long ATTRIBUTES_SIZE = 32;
  private static final byte[] NOTHING = {};

  private MappedMounts() {}

  /**
   * Shows the mount at {@code source} at {@code target} too, its owners as {@code userNamespace}
   * maps them.
   *
   * @throws SystemCallException EINVAL if the filesystem, or this kernel's, cannot do that
   */
  public static void bind(byte[] source, byte[] target, Descriptor userNamespace)
      throws SystemCallException {
    try (Descriptor clone = clone(source)) {
      map(clone, userNamespace);
      Scratch scratch = Scratch.ofThread();
      long nothing = scratch.path("move_mount", NOTHING);
      long to = scratch.secondPath("move_mount", target);
      SystemCall.MOVE_MOUNT.invoke(
          clone.number(),
          nothing,
          Descriptor.WORKING_DIRECTORY.number(),
          to,
          FROM_IS_THE_DESCRIPTOR);
    }
  }

  private static Descriptor clone(byte[] source) throws SystemCallException {
    long from = Scratch.ofThread().path("open_tree", source);
    return Descriptor.adopt(
        (int)
            SystemCall.OPEN_TREE.invoke(
                Descriptor.WORKING_DIRECTORY.number(), from, CLONE | OpenFlag.CLOSE_ON_EXEC));
  }

  /** Fills struct mount_attr: what to set, to clear, propagation, and the namespace. */
  private static void map(Descriptor mount, Descriptor userNamespace) throws SystemCallException {
    Scratch scratch = Scratch.ofThread();
    MemorySegment attributes = scratch.struct();
    attributes.set(ValueLayout.JAVA_LONG, 0, MAPPED);
    attributes.set(ValueLayout.JAVA_LONG, 8, 0);
    attributes.set(ValueLayout.JAVA_LONG, 16, 0);
    attributes.set(ValueLayout.JAVA_LONG, 24, userNamespace.number());
    SystemCall.MOUNT_SETATTR.invoke(
        mount.number(),
        scratch.path("mount_setattr", NOTHING),
        EMPTY_PATH,
        attributes.address(),
        ATTRIBUTES_SIZE);
  }
}
