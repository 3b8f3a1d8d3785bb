package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Streams that every later release reads: a whole one and one that goes on from it, of each version
 * of the format. A new version's are written with {@code -Dsample.write=FILE}, to FILE.stream and
 * FILE-since.stream.
 */
@Timeout(300)
class SampleStreamTest {

  /** Magic, name and version of what this release writes. */
  private static final int BEGINNING = 20;

  @TempDir Path temporary;

  @Test
  void samplesAreReceivedAsTheyWere() throws Exception {
    try (StorePair pair = new StorePair(temporary)) {
      UUID whole = pair.receive("whole", sample("stream-v1")).subvolume().id();
      UUID later = pair.receive("later", sample("stream-v1-since")).subvolume().id();
      assertThat(pair.there().verify().findings()).isEmpty();
      FileSystemUser user = pair.arrived(whole);
      same(user.read("/d/file"), pattern(1, 5000), "the file");
      same(user.read("/other"), pattern(3, 3000), "the other");
      assertThat(user.list("/")).containsOnlyKeys("d", "other");
      FileSystemUser after = pair.arrived(later);
      same(after.read("/d/file"), pattern(1, 5000), "the file");
      same(after.read("/later"), pattern(4, 3000), "the later one");
      assertThat(after.list("/")).containsOnlyKeys("d", "later");
    }
  }

  @Test
  void sampleWithNestedOnesIsReceivedAsItWas() throws Exception {
    try (StorePair pair = new StorePair(temporary)) {
      UUID tree = pair.receive("tree", sample("stream-v2-nested")).subvolume().id();
      assertThat(pair.there().verify().findings()).isEmpty();
      FileSystemUser user = pair.arrived(tree);
      assertThat(user.text("/f")).isEqualTo("outside");
      assertThat(user.text("/box/f")).isEqualTo("inside");
    }
  }

  /** A stream without its end, and the rest of it. */
  @Test
  void sampleOfARestIsReceivedAsItWas() throws Exception {
    try (StorePair pair = new StorePair(temporary)) {
      assertThatThrownBy(() -> resumable(pair, sample("stream-v3-cut")))
          .isInstanceOf(DamagedException.class);
      UUID root = resumable(pair, sample("stream-v3-rest")).subvolume().id();
      assertThat(pair.there().verify().findings()).isEmpty();
      FileSystemUser user = pair.arrived(root);
      same(user.read("/d/file"), pattern(1, 5000), "the file");
      same(user.read("/other"), pattern(3, 3000), "the other");
    }
  }

  @Test
  void presentVersionOfARestHasItsSample() throws Exception {
    try (StorePair pair = new StorePair(temporary)) {
      UUID snapshot = pair.freeze(pair.here().lockedRoot(), "sample");
      byte[] whole = pair.send(snapshot, Optional.empty());
      byte[] cut = Arrays.copyOf(whole, whole.length * 3 / 4);
      assertThatThrownBy(() -> resumable(pair, cut)).isInstanceOf(DamagedException.class);
      Optional<ResumePoint> point = pair.there().store().transfers().kept().stream().findFirst();
      assertThat(point).isPresent();
      byte[] now = pair.send(new Transfers.Outgoing(snapshot, Optional.empty(), false, point));
      String target = System.getProperty("sample.write", temporary.resolve("now").toString());
      Files.write(Path.of(target + "-cut.stream"), cut);
      Files.write(Path.of(target + "-rest.stream"), now);
      assertThat(Arrays.copyOf(now, BEGINNING))
          .isEqualTo(Arrays.copyOf(sample("stream-v3-rest"), BEGINNING));
    }
  }

  private static Transfers.Received resumable(StorePair pair, byte[] stream) throws IOException {
    return pair.there()
        .store()
        .transfers()
        .receive("r", true, Channels.newChannel(new ByteArrayInputStream(stream)), done -> {});
  }

  @Test
  void presentVersionWithNestedOnesHasItsSample() throws Exception {
    try (StorePair pair = new StorePair(temporary)) {
      UUID root = pair.here().create("r");
      FileSystemUser user = pair.here().user(root);
      HiddenUser.root(user.fileSystem()).mkdir("/.ctr-enc/subvolumes/box");
      user.put("/f", "outside");
      user.put("/box/f", "inside");
      UUID snapshot = pair.here().store().snapshots().createRecursive(root, "sample").id();
      byte[] now =
          pair.send(new Transfers.Outgoing(snapshot, Optional.empty(), true, Optional.empty()));
      String target = System.getProperty("sample.write", temporary.resolve("now").toString());
      Files.write(Path.of(target + "-nested.stream"), now);
      assertThat(Arrays.copyOf(now, BEGINNING))
          .isEqualTo(Arrays.copyOf(sample("stream-v2-nested"), BEGINNING));
    }
  }

  @Test
  void presentVersionWithSnapshotsHasItsSample() throws Exception {
    try (StorePair pair = new StorePair(temporary)) {
      UUID root = pair.here().lockedRoot();
      pair.freeze(root, "first");
      Transfers.Outgoing outgoing =
          new Transfers.Outgoing(
              pair.freeze(root, "sample"), Optional.empty(), false, true, Optional.empty());
      byte[] now = pair.send(outgoing);
      String target = System.getProperty("sample.write", temporary.resolve("now").toString());
      Files.write(Path.of(target + "-snapshots.stream"), now);
      byte[] sample = sample("stream-v4-snapshots");
      assertThat(Arrays.copyOf(now, BEGINNING)).isEqualTo(Arrays.copyOf(sample, BEGINNING));
      Transfers.Received came = pair.receive("r", sample);
      assertThat(pair.there().verify().findings()).isEmpty();
      FileSystemUser user = pair.arrived(came.subvolume().id());
      same(user.read("/d/file"), pattern(1, 5000), "the file");
      Snapshots snapshots = pair.there().store().snapshots();
      UUID first = snapshots.find(came.subvolume().id(), "first").orElseThrow().id();
      FileSystemUser frozen = new FileSystemUser(snapshots.open(first));
      same(frozen.read("/other"), pattern(3, 3000), "the other");
      frozen.fileSystem().close();
    }
  }

  @Test
  void presentVersionHasItsSamples() throws Exception {
    try (StorePair pair = new StorePair(temporary)) {
      String target = System.getProperty("sample.write", temporary.resolve("now").toString());
      UUID root = pair.here().lockedRoot();
      UUID first = pair.freeze(root, "sample");
      Files.write(Path.of(target + ".stream"), pair.send(first, Optional.empty()));
      pair.here().store().subvolumes().unlock(root, List.of(pair.here().machineKey()));
      FileSystemUser user = pair.here().user(root);
      user.put("/later", pattern(4, 3000));
      user.unlink("/other");
      user.fileSystem().close();
      byte[] increment = pair.send(pair.freeze(root, "later"), Optional.of(first));
      Files.write(Path.of(target + "-since.stream"), increment);
      for (String suffix : List.of("", "-since")) {
        byte[] now = Files.readAllBytes(Path.of(target + suffix + ".stream"));
        assertThat(Arrays.copyOf(now, BEGINNING))
            .isEqualTo(Arrays.copyOf(sample("stream-v1" + suffix), BEGINNING));
      }
    }
  }

  private static byte[] sample(String name) throws IOException {
    try (InputStream stream = SampleStreamTest.class.getResourceAsStream(name + ".stream")) {
      return stream.readAllBytes();
    }
  }
}
