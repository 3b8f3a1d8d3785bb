package ctrenc.daemon.nested;

import ctrenc.daemon.log.FactLog;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.nest.NestedFileSystem;
import ctrenc.overlay.vfs.AttributeChange;
import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.Name;
import ctrenc.overlay.vfs.Timestamp;
import ctrenc.proto.v1.Base;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Makes and destroys subvolumes that hang in the top directory of others, by the hidden directory
 * that every process has for it (overlay/SEMANTICS.md). It asks the filesystem itself and not the
 * kernel: a process that is killed while it waits for its own mount never ends. Thread-safe.
 */
final class NestedTree {

  private static final FactLog LOG = FactLog.of(NestedTree.class);
  private static final Name HIDDEN = Name.of(".ctr-enc");
  private static final int OWNER_ONLY = 0700;
  private static final int MOST_TEXT = 4096;
  private static final int TRIES = 20;

  /** A fork leaves the stack that it is of one layer deeper, and lookups go through all of them. */
  private static final int MOST_LAYERS = 512;

  private final NestedFileSystem fileSystem;

  NestedTree(NestedFileSystem fileSystem) {
    this.fileSystem = fileSystem;
  }

  /** A subvolume that was made, and its root directory. */
  record Made(UUID id, long inode) {}

  /** Who called, as the kernel of the host knows him. */
  record Owner(int uid, int gid) {}

  /** Makes one in a directory; it is the owner's alone. */
  Made make(long parent, String name, Base base, Owner owner) throws IOException {
    List<Name> place = place(base);
    try (Walk walk = new Walk()) {
      if (base.hasOwn()) {
        requireShallow(walk, parent);
      }
      long hidden = walk.to(walk.to(parent, HIDDEN), place);
      walk.take(fileSystem.mkdir(Caller.ROOT, hidden, Name.of(name), OWNER_ONLY, 0));
      long inode = walk.to(parent, Name.of(name));
      if (!SubvolumeRoot.isApart(inode, parent)) {
        throw new ErrnoException(Errno.ENOENT);
      }
      Made made = new Made(UUID.fromString(walk.told(inode, "subvolume")), inode);
      // Nobody else is inside; and nobody outside, but who is above, is to look in.
      fileSystem.setattr(Caller.ROOT, inode, to(owner));
      return made;
    } catch (ErrnoException e) {
      throw refused(e, base);
    }
  }

  private static AttributeChange to(Owner owner) {
    int set = AttributeChange.MODE | AttributeChange.UID | AttributeChange.GID;
    Timestamp unset = Timestamp.EPOCH;
    return new AttributeChange(set, OWNER_ONLY, owner.uid(), owner.gid(), 0, unset, unset, unset);
  }

  private static IOException refused(ErrnoException e, Base base) {
    return switch (e.errno()) {
      case ENOSPC, EDQUOT ->
          RefusedException.full(
              "There is no room for another subvolume in this container: end or remove something.");
      case ENOENT ->
          base.hasImage()
              ? RefusedException.absent(
                  "There is no image "
                      + base.getImage()
                      + ": ask who runs the daemon for the names of those there are.")
              : RefusedException.conflict("What was made was moved away: call again.");
      default -> failed("made", e);
    };
  }

  private static IOException failed(String what, ErrnoException e) {
    return new IOException("A nested subvolume could not be " + what + ": " + e.errno() + ".", e);
  }

  private static List<Name> place(Base base) throws RefusedException {
    return switch (base.getBaseCase()) {
      case OWN -> List.of(Name.of("forks"));
      case EMPTY -> List.of(Name.of("subvolumes"));
      case IMAGE -> List.of(Name.of("images"), Name.of(imageName(base.getImage())));
      case HOST_DIRECTORY, BASE_NOT_SET ->
          throw RefusedException.invalid(
              "Inside a container the base is its own root, an image, or nothing: name one of them.");
    };
  }

  private static String imageName(String name) throws RefusedException {
    if (name.isEmpty() || name.contains("/") || name.equals(".") || name.equals("..")) {
      throw RefusedException.absent("There is no image " + name + ": give the name of one.");
    }
    return name;
  }

  private static void requireShallow(Walk walk, long root) throws IOException, ErrnoException {
    if (Integer.parseInt(walk.told(root, "layers")) > MOST_LAYERS) {
      throw RefusedException.full(
          "This container's root was forked so often that it is slow: have it flattened on the host (ctr-enc flatten), or use an image.");
    }
  }

  /** What a path below a directory leads to, by directories alone; none of them is hidden. */
  Optional<Attributes> directory(long from, String path) {
    try (Walk walk = new Walk()) {
      Attributes at = fileSystem.getattr(from);
      for (String step : path.split("/", -1)) {
        if (!step.isEmpty()) {
          Name name = Name.of(step);
          if (name.equals(HIDDEN) || !name.isForEntry()) {
            return Optional.empty();
          }
          at = fileSystem.lookup(Caller.ROOT, at.inode(), name);
          walk.take(at);
        }
      }
      return FileMode.isDirectory(at.mode()) ? Optional.of(at) : Optional.empty();
    } catch (ErrnoException e) {
      // Whoever asks is not told why.
      return Optional.empty();
    }
  }

  boolean has(UUID id) {
    return fileSystem.tree().nested().stream().anyMatch(one -> one.id().equals(id));
  }

  /**
   * Destroys one, wherever it was renamed to, its key first. Whoever may write above it may go on
   * renaming; he only keeps what is his own from being cleaned up before his container ends.
   */
  void destroy(UUID id) throws IOException {
    for (int attempt = 0; attempt < TRIES && has(id); attempt++) {
      try {
        fileSystem.tree().destroy(id);
        return;
      } catch (ErrnoException e) {
        if (e.errno() != Errno.ENOENT && e.errno() != Errno.ESTALE) {
          throw failed("destroyed", e);
        }
      }
    }
    if (has(id)) {
      LOG.warn("nested subvolume was not destroyed", "subvolume", id);
    }
  }

  /** Removes what one that was begun may have left at its name: it, or the place for it. */
  void removeBegun(long parent, String name) throws IOException {
    Optional<UUID> found;
    try (Walk walk = new Walk()) {
      long inode = walk.to(parent, Name.of(name));
      found =
          SubvolumeRoot.isApart(inode, parent)
              ? Optional.of(UUID.fromString(walk.told(inode, "subvolume")))
              : Optional.empty();
      if (found.isEmpty()) {
        fileSystem.rmdir(Caller.ROOT, parent, Name.of(name));
      }
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        return;
      }
      throw failed("removed", e);
    }
    if (found.isPresent()) {
      destroy(found.get());
    }
  }

  /** Gives all references back that it takes. */
  private final class Walk implements AutoCloseable {

    private final Collection<Long> taken = new ArrayList<>();

    long take(Attributes referred) {
      taken.add(referred.inode());
      return referred.inode();
    }

    long to(long from, Name name) throws ErrnoException {
      return take(fileSystem.lookup(Caller.ROOT, from, name));
    }

    long to(long from, List<Name> names) throws ErrnoException {
      long at = from;
      for (Name name : names) {
        at = to(at, name);
      }
      return at;
    }

    /** What a subvolume tells of itself by a name. */
    String told(long root, String name) throws IOException, ErrnoException {
      long info = to(root, List.of(HIDDEN, Name.of("info")));
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment buffer = arena.allocate(MOST_TEXT);
        long handle = fileSystem.open(Caller.ROOT, info, 0).handle();
        int length = fileSystem.read(info, handle, 0, buffer);
        fileSystem.release(info, handle);
        byte[] text = buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
        return new String(text, StandardCharsets.UTF_8)
            .lines()
            .filter(line -> line.startsWith(name + " "))
            .map(line -> line.substring(name.length() + 1))
            .findFirst()
            .orElseThrow(() -> new IOException("A subvolume does not tell its " + name + "."));
      }
    }

    @Override
    public void close() {
      taken.forEach(inode -> fileSystem.forget(inode, 1));
    }
  }
}
