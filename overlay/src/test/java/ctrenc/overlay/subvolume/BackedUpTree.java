package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.export.Restore;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.storage.StoreException;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;

/** A root with what is nested in it, which is backed up and restored into another store, locked. */
final class BackedUpTree implements AutoCloseable {

  static final Restore.Wanted EVERYTHING = new Restore.Wanted(List.of(), false);
  static final List<String> FILES = List.of("/f", "/a/f", "/a/d/b/f", "/c/f");

  private final StorePair pair;
  private final UUID root;

  /** A root with one in another in it, and one beside them that goes on from the root's layers. */
  BackedUpTree(Path temporary) throws Exception {
    pair = new StorePair(temporary);
    root = pair.here().create("r");
    FileSystemUser user = pair.here().user(root);
    HiddenUser hidden = HiddenUser.root(user.fileSystem());
    user.put("/large", pattern(1, 200_000));
    user.mkdir("/in");
    user.put("/in/file", "in");
    hidden.mkdir("/.ctr-enc/subvolumes/a");
    user.mkdir("/a/d");
    hidden.mkdir("/a/d/.ctr-enc/subvolumes/b");
    hidden.mkdir("/.ctr-enc/forks/c");
    for (String path : FILES) {
      user.put(path, "before");
    }
    user.fileSystem().close();
    pair.here().store().subvolumes().lock(root);
  }

  @Override
  public void close() throws IOException {
    pair.close();
  }

  UUID snapshot(String name) throws IOException {
    return pair.here().store().snapshots().createRecursive(root, name).id();
  }

  byte[] backup(UUID snapshot, Optional<UUID> since) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Transfers transfers = pair.here().store().transfers();
    transfers.backup(
        new Transfers.Outgoing(snapshot, since, true, Optional.empty()),
        Pace.unlimited(),
        Channels.newChannel(out),
        done -> {});
    return out.toByteArray();
  }

  Transfers.Received restore(String name, byte[] archive, Restore.Wanted wanted)
      throws IOException {
    Transfers transfers = pair.there().store().transfers();
    return transfers.restore(name, StreamFrames.channel(archive), wanted, done -> {});
  }

  static Restore.Wanted only(String... places) {
    return new Restore.Wanted(List.of(places), false);
  }

  FileSystemUser unlocked() throws Exception {
    pair.here().store().subvolumes().unlock(root, List.of(pair.here().machineKey()));
    return pair.here().user(root);
  }

  void write(String path, String text) throws Exception {
    FileSystemUser user = unlocked();
    user.put(path, text);
    user.fileSystem().close();
    pair.here().store().subvolumes().lock(root);
  }

  void change() throws Exception {
    FileSystemUser user = unlocked();
    user.put("/a/d/b/f", "after");
    user.unlink("/in/file");
    HiddenUser.root(user.fileSystem()).rmdir("/.ctr-enc/subvolumes/c");
    HiddenUser.root(user.fileSystem()).mkdir("/.ctr-enc/subvolumes/e");
    user.put("/e/f", "new");
    user.fileSystem().close();
    pair.here().store().subvolumes().lock(root);
  }

  static void holds(FileSystemUser user, String text) throws Exception {
    for (String path : FILES) {
      assertThat(user.text(path)).as(path).isEqualTo(text);
    }
  }

  StorePair pair() {
    return pair;
  }

  UUID root() {
    return root;
  }

  void assertRefusedOrTheSame(byte[] archive, String text) throws Exception {
    long seed = new Random().nextLong();
    System.out.println("changed archives of trees with seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 100; i++) {
      byte[] cut = Arrays.copyOf(archive, random.nextInt(archive.length - 12_000));
      assertThatThrownBy(() -> restore("copy", cut, EVERYTHING))
          .isInstanceOf(DamagedException.class);
      byte[] changed = archive.clone();
      int offset = random.nextInt(changed.length);
      changed[offset] ^= (byte) (1 << random.nextInt(8));
      try {
        UUID taken = restore("copy", changed, EVERYTHING).subvolume().id();
        assertThat(pair.there().verify().findings()).as("byte %d, %d", offset, seed).isEmpty();
        FileSystemUser user = pair.arrived(taken);
        holds(user, text);
        user.fileSystem().close();
        pair.there().store().subvolumes().destroy(taken);
      } catch (StoreException e) {
        assertThat(e).hasMessageNotContaining("null");
      }
    }
  }
}
