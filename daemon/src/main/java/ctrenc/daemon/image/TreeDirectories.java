package ctrenc.daemon.image;

import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.Entries;
import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.FileStatus;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.Ownership;
import ctrenc.overlay.sys.Resolve;
import ctrenc.overlay.sys.SystemCallException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The directories of a tree that is being unpacked: resolved from its root without symbolic links,
 * made where members lie in them that come before or without them, and given their attributes at
 * the end, because filling a directory changes its times.
 */
final class TreeDirectories implements AutoCloseable {

  private static final long STRAIGHT =
      Resolve.BENEATH | Resolve.NO_SYMLINKS | Resolve.NO_MAGIC_LINKS;

  private static final int TYPE_MASK = 0170000;
  private static final int DIRECTORY = 0040000;
  private static final byte[] SELF = {'.'};

  /**
   * What is held in memory until the end; a forged archive of nothing but directories meets this
   * first.
   */
  private static final int MAX_DIRECTORIES = 500_000;

  private final Descriptor root;
  private final Map<String, TarMember> unfinished = new LinkedHashMap<>();
  private byte[] lastPath = new byte[0];
  private Descriptor last;

  /** Takes {@code root} over. */
  TreeDirectories(Descriptor root) {
    this.root = root;
    this.last = root;
  }

  Descriptor root() {
    return root;
  }

  /** The directory that a member lies in; valid until the next call. */
  Descriptor parent(MemberPath path, String shownName) throws IOException {
    if (last.isOpen() && Arrays.equals(lastPath, path.parent())) {
      return last;
    }
    dropLast();
    last = path.parent().length == 0 ? root : openOrMake(path.parent(), shownName);
    lastPath = path.parent();
    return last;
  }

  private Descriptor openOrMake(byte[] path, String shownName) throws IOException {
    try {
      return openExisting(path);
    } catch (SystemCallException e) {
      switch (e.errno()) {
        case ErrorNumber.ENOENT -> {
          makeMissing(path, shownName);
          return openExisting(path);
        }
        case ErrorNumber.ELOOP, ErrorNumber.EXDEV -> throw below(shownName, "a symbolic link");
        case ErrorNumber.ENOTDIR -> throw below(shownName, "something that is no directory");
        default -> throw e;
      }
    }
  }

  private static RefusedException below(String shownName, String what) {
    return RefusedException.invalid(
        "The member " + shownName + " lies below " + what + ": the archive is not unpacked.");
  }

  /** A directory of the tree, by its path from the root; the caller closes it. */
  Descriptor openExisting(byte[] path) throws IOException {
    return FileOpener.openResolved(
        root, path.length == 0 ? SELF : path, OpenFlag.PATH | OpenFlag.DIRECTORY, 0, STRAIGHT);
  }

  private void makeMissing(byte[] path, String shownName) throws IOException {
    for (int end = 1; end <= path.length; end++) {
      if (end == path.length || path[end] == '/') {
        MemberPath part = MemberPath.of(Arrays.copyOf(path, end), "member");
        try (Descriptor parent = openOrMake(part.parent(), shownName)) {
          Entries.makeDirectory(parent, part.name(), 0755);
        } catch (SystemCallException e) {
          if (!e.is(ErrorNumber.EEXIST)) {
            throw e;
          }
        }
      }
    }
  }

  /** Makes a directory where there is none; anything else of that name is replaced. */
  void make(Descriptor parent, MemberPath path) throws IOException {
    try {
      Entries.makeDirectory(parent, path.name(), 0755);
    } catch (SystemCallException e) {
      if (!e.is(ErrorNumber.EEXIST)) {
        throw e;
      }
      if ((FileStatus.at(parent, path.name()).mode() & TYPE_MASK) != DIRECTORY) {
        Entries.unlink(parent, path.name());
        Entries.makeDirectory(parent, path.name(), 0755);
      }
    }
  }

  /** Remembers what the directory is to be like when everything is unpacked. */
  void finishLater(MemberPath path, TarMember member) throws IOException {
    if (unfinished.size() >= MAX_DIRECTORIES) {
      throw RefusedException.invalid(
          "The archive holds more than "
              + MAX_DIRECTORIES
              + " directories: import it unpacked, as a directory.");
    }
    unfinished.put(key(path.whole()), member);
  }

  /** The directory of this path is gone. */
  void forget(MemberPath path) throws IOException {
    unfinished.remove(key(path.whole()));
    lastPath = new byte[0];
  }

  void finish() throws IOException {
    for (Map.Entry<String, TarMember> entry : unfinished.entrySet()) {
      byte[] path = entry.getKey().getBytes(StandardCharsets.ISO_8859_1);
      TarMember member = entry.getValue();
      try (Descriptor directory = openExisting(path)) {
        Metadata.apply(directory, member);
        Ownership.changeTimes(directory, SELF, member.accessed(), member.modified());
      }
    }
    unfinished.clear();
  }

  private static String key(byte[] path) {
    return new String(path, StandardCharsets.ISO_8859_1);
  }

  private void dropLast() throws IOException {
    if (last != root) {
      last.close();
    }
    last = root;
    lastPath = new byte[0];
  }

  @Override
  public void close() throws IOException {
    dropLast();
    root.close();
  }
}
