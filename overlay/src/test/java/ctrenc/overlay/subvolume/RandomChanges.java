package ctrenc.overlay.subvolume;

import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystemUser;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Changes files at random, and what they should hold with them. */
record RandomChanges(Random random) {

  /** The largest is longer than an extent, and rare, since it costs most. */
  private static final int[] SIZES = {0, 7, 2047, 2048, 2049, 40_000, 70_000, 150_000, 1_100_000};

  /** A few changes anywhere. */
  void make(FileSystemUser user, HeldFiles held) throws ErrnoException {
    List<String> places = held.places();
    for (int i = random.nextInt(6); i >= 0; i--) {
      String place = places.get(random.nextInt(places.size()));
      String path = path(place);
      switch (held.at(path).orElse(null)) {
        case null -> add(user, held, path);
        case HeldObject.File file -> change(user, held, path, file);
        case HeldObject.Link link -> move(user, held, path, path(place));
      }
    }
  }

  private String path(String place) {
    return place + "/f" + random.nextInt(8);
  }

  private void add(FileSystemUser user, HeldFiles held, String path) throws ErrnoException {
    if (random.nextInt(5) == 0) {
      String target = "to/" + random.nextInt();
      user.symlink(path, target);
      held.add(path, new HeldObject.Link(target));
    } else {
      byte[] bytes = content();
      user.put(path, bytes);
      held.add(path, new HeldObject.File(bytes, ""));
    }
  }

  private void change(FileSystemUser user, HeldFiles held, String path, HeldObject.File file)
      throws ErrnoException {
    String other = path(path.substring(0, path.lastIndexOf('/')));
    switch (random.nextInt(8)) {
      case 1 -> {
        user.unlink(path);
        held.unlink(path);
      }
      case 2 -> move(user, held, path, other);
      case 3 -> {
        if (held.at(other).isEmpty()) {
          user.link(path, other);
          held.link(path, other);
        }
      }
      case 4 -> {
        String note = "note " + random.nextInt();
        user.setxattr(path, "user.note", note.getBytes(StandardCharsets.UTF_8));
        held.replace(path, new HeldObject.File(file.bytes(), note));
      }
      case 5 -> copy(user, held, path, other);
      default -> held.replace(path, file.with(written(user, path, file.bytes())));
    }
  }

  /** Copies a range of a file anywhere into another one, which shares what can be shared. */
  private void copy(FileSystemUser user, HeldFiles held, String path, String other)
      throws ErrnoException {
    if (held.at(path).orElse(null) instanceof HeldObject.File from
        && held.at(other).orElse(null) instanceof HeldObject.File to
        && from.bytes().length > 0
        && user.inode(path) != user.inode(other)) {
      int at = random.nextInt(from.bytes().length);
      int length = 1 + random.nextInt(from.bytes().length - at);
      int toAt = random.nextInt(to.bytes().length + 1);
      user.copy(path, at, other, toAt, length);
      byte[] copied = Arrays.copyOfRange(from.bytes(), at, at + length);
      held.replace(other, to.with(overwritten(to.bytes(), toAt, copied)));
    }
  }

  /** What it has then. */
  private byte[] written(FileSystemUser user, String path, byte[] before) throws ErrnoException {
    byte[] bytes = content();
    switch (random.nextInt(4)) {
      case 1 -> {
        int size = random.nextInt(100_000);
        user.truncate(path, size);
        return Arrays.copyOf(before, size);
      }
      case 2 -> {
        int from = random.nextInt(before.length + 1);
        user.overwrite(path, from, bytes);
        return overwritten(before, from, bytes);
      }
      default -> {
        user.put(path, bytes);
        return bytes;
      }
    }
  }

  private static void move(FileSystemUser user, HeldFiles held, String path, String other)
      throws ErrnoException {
    user.rename(path, other);
    held.rename(path, other);
  }

  private byte[] content() {
    return FileSystemUser.pattern(random.nextInt(), SIZES[random.nextInt(SIZES.length)]);
  }

  private static byte[] overwritten(byte[] before, int offset, byte[] bytes) {
    byte[] after = Arrays.copyOf(before, Math.max(before.length, offset + bytes.length));
    System.arraycopy(bytes, 0, after, offset, bytes.length);
    return after;
  }
}
