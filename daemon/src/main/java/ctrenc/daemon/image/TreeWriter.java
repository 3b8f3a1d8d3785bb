package ctrenc.daemon.image;

import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.DeviceNumber;
import ctrenc.overlay.sys.Entries;
import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.FileData;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.Ownership;
import ctrenc.overlay.sys.SystemCallException;
import ctrenc.proto.v1.DevicePolicy;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/**
 * Writes the members of an archive into a fresh tree. Every name is resolved from the tree's own
 * descriptor, never through a symbolic link, so no member lands outside whatever the archive made
 * before. Not thread-safe.
 */
final class TreeWriter implements AutoCloseable {

  private static final int BUFFER = 256 * 1024;
  private static final int CHARACTER = 0020000;
  private static final int BLOCK = 0060000;
  private static final int FIFO = 0010000;

  private final DevicePolicy devices;
  private final TreeDirectories directories;
  private final DiskBudget budget;
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment buffer = arena.allocate(BUFFER);

  TreeWriter(Path tree, DevicePolicy devices, long reserve, ImportProgress progress)
      throws IOException {
    this.devices = devices;
    directories =
        new TreeDirectories(FileOpener.open(tree, OpenFlag.READ_ONLY | OpenFlag.DIRECTORY));
    budget = new DiskBudget(directories.root(), reserve, progress);
  }

  /** Writes one member; its data come from {@code reader}. */
  void write(TarMember member, TarReader reader) throws IOException {
    budget.member();
    MemberPath path = MemberPath.of(member.name(), "member");
    try {
      if (path.isRoot()) {
        if (member.kind() != TarMember.Kind.DIRECTORY) {
          throw RefusedException.invalid("The archive's root is no directory.");
        }
        directories.finishLater(path, member);
      } else {
        writeBelow(path, member, reader);
      }
    } catch (SystemCallException e) {
      throw named(e, member);
    }
  }

  private void writeBelow(MemberPath path, TarMember member, TarReader reader) throws IOException {
    Descriptor parent = directories.parent(path, member.shownName());
    switch (member.kind()) {
      case DIRECTORY -> {
        directories.make(parent, path);
        directories.finishLater(path, member);
      }
      case FILE -> file(parent, path.name(), member, reader);
      case HARD_LINK -> hardLink(parent, path, member);
      case SYMLINK -> {
        clear(parent, path);
        Entries.makeSymlink(member.linkTarget(), parent, path.name());
        finish(parent, path.name(), member);
      }
      case CHARACTER_DEVICE -> node(parent, path, member, CHARACTER);
      case BLOCK_DEVICE -> node(parent, path, member, BLOCK);
      case FIFO -> node(parent, path, member, FIFO);
    }
  }

  private void file(Descriptor parent, byte[] name, TarMember member, TarReader reader)
      throws IOException {
    clear(parent, new MemberPath(new byte[0], name));
    int flags = OpenFlag.READ_WRITE | OpenFlag.CREATE | OpenFlag.EXCLUSIVE | OpenFlag.NO_FOLLOW;
    try (Descriptor file = FileOpener.open(parent, name, flags, 0600)) {
      reader.content(
          (offset, bytes, length) -> {
            budget.spend(length);
            MemorySegment.copy(bytes, 0, buffer, ValueLayout.JAVA_BYTE, 0, length);
            FileData.write(file, offset, buffer.asSlice(0, length));
          });
      boolean isWholeWritten =
          !member.runs().isEmpty()
              && member.runs().getLast().offset() + member.runs().getLast().length()
                  == member.size();
      if (!isWholeWritten) {
        FileData.truncate(file, member.size());
      }
      Metadata.apply(file, member);
    }
    Ownership.changeTimes(parent, name, member.accessed(), member.modified());
  }

  private void hardLink(Descriptor parent, MemberPath path, TarMember member) throws IOException {
    MemberPath target = MemberPath.of(member.linkTarget(), "hard link's target");
    if (target.isRoot()) {
      throw RefusedException.invalid(
          "The member " + member.shownName() + " is a hard link to the root directory.");
    }
    if (java.util.Arrays.equals(target.whole(), path.whole())) {
      return;
    }
    clear(parent, path);
    try (Descriptor from = directories.openExisting(target.parent())) {
      Entries.link(from, target.name(), parent, path.name());
    } catch (SystemCallException e) {
      if (e.is(ErrorNumber.ENOENT)
          || e.is(ErrorNumber.ELOOP)
          || e.is(ErrorNumber.ENOTDIR)
          || e.is(ErrorNumber.EPERM)) {
        throw RefusedException.invalid(
            "The member "
                + member.shownName()
                + " is a hard link to something that is no file of this archive.");
      }
      throw e;
    }
  }

  private void node(Descriptor parent, MemberPath path, TarMember member, int type)
      throws IOException {
    boolean isDevice = type != FIFO;
    if (isDevice && !DevicePolicies.isMade(devices, member.shownName())) {
      return;
    }
    clear(parent, path);
    int device = isDevice ? DeviceNumber.encode(member.deviceMajor(), member.deviceMinor()) : 0;
    Entries.makeNode(parent, path.name(), type | 0600, device);
    finish(parent, path.name(), member);
  }

  /** Removes what an earlier member of the same name has left; a directory only if it is empty. */
  private void clear(Descriptor parent, MemberPath path) throws IOException {
    try {
      Entries.unlink(parent, path.name());
    } catch (SystemCallException e) {
      if (e.is(ErrorNumber.EISDIR) || e.is(ErrorNumber.EPERM)) {
        directories.forget(path);
        Entries.removeDirectory(parent, path.name());
      } else if (!e.is(ErrorNumber.ENOENT)) {
        throw e;
      }
    }
  }

  private static void finish(Descriptor parent, byte[] name, TarMember member) throws IOException {
    try (Descriptor object = FileOpener.open(parent, name, OpenFlag.PATH | OpenFlag.NO_FOLLOW, 0)) {
      Metadata.apply(object, member);
    }
    Ownership.changeTimes(parent, name, member.accessed(), member.modified());
  }

  private static IOException named(SystemCallException e, TarMember member) {
    return switch (e.errno()) {
      case ErrorNumber.ENOSPC ->
          RefusedException.full(
              "The disk of the state directory is full: make room and try again.");
      case ErrorNumber.ENOTEMPTY ->
          RefusedException.invalid(
              "The member " + member.shownName() + " would replace a directory that is not empty.");
      default ->
          new IOException(
              "The member " + member.shownName() + " could not be unpacked: " + e.getMessage(), e);
    };
  }

  /** Sets what directories could not be given while they were filled. */
  void finish() throws IOException {
    directories.finish();
  }

  @Override
  public void close() throws IOException {
    arena.close();
    directories.close();
  }
}
