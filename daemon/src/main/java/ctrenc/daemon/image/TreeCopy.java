package ctrenc.daemon.image;

import ctrenc.daemon.config.OwnPlaces;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.DirectoryEntry;
import ctrenc.overlay.sys.DirectoryReader;
import ctrenc.overlay.sys.Entries;
import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.FileStatus;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.Ownership;
import ctrenc.overlay.sys.Resolve;
import ctrenc.overlay.sys.SystemCallException;
import ctrenc.proto.v1.DevicePolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Copies a tree with everything that a root needs: contents with their holes, modes, owners, times,
 * extended attributes, links and devices. Filesystems mounted below it and the daemon's own
 * directories are left out: in their places are empty directories. Not thread-safe.
 */
final class TreeCopy implements AutoCloseable {

  private static final int TYPE_MASK = 0170000;
  private static final int MODE_MASK = 07777;
  private static final int DIRECTORY = 0040000;
  private static final int REGULAR = 0100000;
  private static final int SYMLINK = 0120000;
  private static final int CHARACTER = 0020000;
  private static final int BLOCK = 0060000;
  private static final int SOCKET = 0140000;
  private static final byte[] SELF = {'.'};

  /** Deeper than any path that Linux can name in one piece. */
  private static final int MAX_DEPTH = 2048;

  private final Descriptor source;
  private final Descriptor target;
  private final DevicePolicy devices;
  private final Set<OwnPlaces.Identity> leftOut;
  private final DiskBudget budget;
  private final FileCopy files;
  private final Map<Long, byte[]> linked = new HashMap<>();

  TreeCopy(
      Path source,
      Path target,
      DevicePolicy devices,
      OwnPlaces own,
      long reserve,
      ImportProgress progress)
      throws IOException {
    this.leftOut = own.identities();
    this.source = FileOpener.open(source, OpenFlag.READ_ONLY | OpenFlag.DIRECTORY);
    this.target = FileOpener.open(target, OpenFlag.READ_ONLY | OpenFlag.DIRECTORY);
    this.devices = devices;
    this.budget = new DiskBudget(this.target, reserve, progress);
    this.files = new FileCopy(budget);
  }

  void run() throws IOException {
    try {
      directory(source, target, new byte[0], 0);
    } catch (SystemCallException e) {
      if (e.is(ErrorNumber.ENOSPC)) {
        throw RefusedException.full(
            "The disk of the state directory is full: make room and try again.");
      }
      throw e;
    }
  }

  private void directory(Descriptor from, Descriptor to, byte[] path, int depth)
      throws IOException {
    if (depth > MAX_DEPTH) {
      throw RefusedException.invalid(
          "The tree is nested more than " + MAX_DEPTH + " directories deep.");
    }
    for (DirectoryEntry entry : DirectoryReader.list(from)) {
      budget.member();
      entry(from, to, entry.name(), join(path, entry.name()), depth);
    }
    FileStatus status = FileStatus.of(from);
    CopiedMetadata.apply(from, to, status);
    Ownership.changeTimes(to, SELF, status.accessed(), status.modified());
  }

  private void entry(Descriptor from, Descriptor to, byte[] name, byte[] path, int depth)
      throws IOException {
    FileStatus status = FileStatus.at(from, name);
    int type = status.mode() & TYPE_MASK;
    switch (type) {
      case DIRECTORY -> subdirectory(from, to, name, path, depth, status);
      case SOCKET -> {
        // A socket is worth nothing without the process behind it.
      }
      case CHARACTER, BLOCK -> {
        boolean isWhiteout = type == CHARACTER && status.rdev() == 0;
        if (isWhiteout
            || DevicePolicies.isMade(devices, new String(path, StandardCharsets.UTF_8))) {
          other(from, to, name, path, status);
        }
      }
      default -> other(from, to, name, path, status);
    }
  }

  private void subdirectory(
      Descriptor from, Descriptor to, byte[] name, byte[] path, int depth, FileStatus status)
      throws IOException {
    Entries.makeDirectory(to, name, 0700);
    if (leftOut.contains(OwnPlaces.Identity.of(status))) {
      leaveEmpty(to, name, status);
      return;
    }
    try (Descriptor made = FileOpener.open(to, name, OpenFlag.READ_ONLY | OpenFlag.DIRECTORY, 0);
        Descriptor inner = openBelow(from, name)) {
      directory(inner, made, path, depth + 1);
    } catch (SystemCallException e) {
      if (!e.is(ErrorNumber.EXDEV)) {
        throw e;
      }
      leaveEmpty(to, name, status);
    }
  }

  private static void leaveEmpty(Descriptor to, byte[] name, FileStatus status) throws IOException {
    Ownership.changeOwner(to, name, status.uid(), status.gid());
    Ownership.changeMode(to, name, status.mode() & MODE_MASK);
  }

  private static Descriptor openBelow(Descriptor from, byte[] name) throws IOException {
    return FileOpener.openResolved(
        from,
        name,
        OpenFlag.READ_ONLY | OpenFlag.DIRECTORY | OpenFlag.NO_FOLLOW,
        0,
        Resolve.BENEATH | Resolve.NO_MOUNTS | Resolve.NO_SYMLINKS);
  }

  private void other(Descriptor from, Descriptor to, byte[] name, byte[] path, FileStatus status)
      throws IOException {
    if (status.links() > 1) {
      byte[] first = linked.putIfAbsent(status.inode(), path);
      if (first != null) {
        Entries.link(target, first, to, name);
        return;
      }
    }
    switch (status.mode() & TYPE_MASK) {
      case REGULAR -> files.copy(from, to, name, status);
      case SYMLINK -> {
        Entries.makeSymlink(Entries.readLink(from, name), to, name);
        metadata(from, to, name, status);
      }
      default -> {
        Entries.makeNode(to, name, (status.mode() & TYPE_MASK) | 0600, status.rdev());
        metadata(from, to, name, status);
      }
    }
    Ownership.changeTimes(to, name, status.accessed(), status.modified());
  }

  private static void metadata(Descriptor from, Descriptor to, byte[] name, FileStatus status)
      throws IOException {
    int flags = OpenFlag.PATH | OpenFlag.NO_FOLLOW;
    try (Descriptor original = FileOpener.open(from, name, flags, 0);
        Descriptor copy = FileOpener.open(to, name, flags, 0)) {
      CopiedMetadata.apply(original, copy, status);
    }
  }

  private static byte[] join(byte[] path, byte[] name) {
    if (path.length == 0) {
      return name;
    }
    byte[] joined = java.util.Arrays.copyOf(path, path.length + 1 + name.length);
    joined[path.length] = '/';
    System.arraycopy(name, 0, joined, path.length + 1, name.length);
    return joined;
  }

  @Override
  public void close() throws IOException {
    files.close();
    source.close();
    target.close();
  }
}
