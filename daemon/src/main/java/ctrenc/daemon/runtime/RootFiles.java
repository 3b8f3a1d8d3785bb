package ctrenc.daemon.runtime;

import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Reads small text files inside a container's root, whose content and links are not trusted: a link
 * leads to nowhere but inside the root, and neither a pipe nor a device is opened for reading. It
 * asks the filesystem itself and not the kernel: a daemon that is killed while it waits for its own
 * mount never ends.
 */
public final class RootFiles {

  private static final int MAX_SIZE = 4 << 20;

  /** As many links as Linux follows: path_resolution(7). */
  private static final int MOST_LINKS = 40;

  private final FileSystem fileSystem;

  public RootFiles(FileSystem fileSystem) {
    this.fileSystem = fileSystem;
  }

  /** The lines of a file; none where it is absent, no regular file, or longer than 4 MiB. */
  List<String> lines(String path) throws IOException {
    try (Walk walk = new Walk()) {
      Optional<Attributes> found =
          walk.to(path)
              .filter(file -> FileMode.isRegular(file.mode()))
              .filter(file -> file.size() <= MAX_SIZE);
      return found.isPresent() ? read(found.get()).lines().toList() : List.of();
    } catch (ErrnoException e) {
      if (isAbsent(e.errno())) {
        return List.of();
      }
      throw new IOException("/" + path + " of the container cannot be read: " + e.errno() + ".", e);
    }
  }

  private static boolean isAbsent(Errno errno) {
    return switch (errno) {
      case ENOENT, ENOTDIR, ENAMETOOLONG -> true;
      default -> false;
    };
  }

  private String read(Attributes file) throws ErrnoException {
    long handle = fileSystem.open(Caller.ROOT, file.inode(), 0).handle();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(Math.max(1, file.size()));
      int length = fileSystem.read(file.inode(), handle, 0, buffer);
      byte[] bytes = buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
      return new String(bytes, StandardCharsets.UTF_8);
    } finally {
      fileSystem.release(file.inode(), handle);
    }
  }

  /** A way through the root; gives all references back that it takes. */
  private final class Walk implements AutoCloseable {

    private final Collection<Long> taken = new ArrayList<>();

    /** The directories above, the root first. */
    private final Deque<Long> above = new ArrayDeque<>(List.of(FileSystem.ROOT));

    private final Deque<String> steps = new ArrayDeque<>();
    private int links;

    /** Empty where no file is, or links lead in circles. */
    Optional<Attributes> to(String path) throws ErrnoException {
      ahead(path);
      while (!steps.isEmpty()) {
        String step = steps.pop();
        if (step.equals("..")) {
          leave();
        } else if (!step.isEmpty() && !step.equals(".")) {
          Attributes next = take(step);
          if (FileMode.isSymlink(next.mode())) {
            if (++links > MOST_LINKS) {
              return Optional.empty();
            }
            follow(next.inode());
          } else if (steps.isEmpty()) {
            return Optional.of(next);
          } else if (FileMode.isDirectory(next.mode())) {
            above.addLast(next.inode());
          } else {
            return Optional.empty();
          }
        }
      }
      return Optional.empty();
    }

    private void leave() {
      if (above.size() > 1) {
        above.removeLast();
      }
    }

    private Attributes take(String step) throws ErrnoException {
      Name name = Name.of(step.getBytes(StandardCharsets.ISO_8859_1));
      Attributes found = fileSystem.lookup(Caller.ROOT, above.getLast(), name);
      taken.add(found.inode());
      return found;
    }

    private void follow(long link) throws ErrnoException {
      String target = new String(fileSystem.readlink(link), StandardCharsets.ISO_8859_1);
      if (target.startsWith("/")) {
        above.clear();
        above.add(FileSystem.ROOT);
      }
      ahead(target);
    }

    /** What a path says comes before what was still to come. */
    private void ahead(String path) {
      for (String step : List.of(path.split("/", -1)).reversed()) {
        steps.push(step);
      }
    }

    @Override
    public void close() {
      taken.forEach(inode -> fileSystem.forget(inode, 1));
    }
  }
}
