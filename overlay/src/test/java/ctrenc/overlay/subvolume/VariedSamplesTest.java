package ctrenc.overlay.subvolume;

import static ctrenc.overlay.subvolume.BackedUpTree.EVERYTHING;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Streams and archives that every later release reads, of a root with {@link VariedFiles}: all of
 * it, what changed since, and both with a nested subvolume that has the same. The names say what
 * wrote them:
 *
 * <ul>
 *   <li>references-1: before the extent of a reference was public, in chunks of 16 KiB
 *   <li>chunks-16: in chunks of 16 KiB, without state roots
 *   <li>state: in chunks of 4 KiB, with state roots
 * </ul>
 *
 * <p>What this release would add is written with {@code -Dsample.write=DIRECTORY}.
 */
@Timeout(300)
class VariedSamplesTest {

  private static final Optional<ResumePoint> NOWHERE = Optional.empty();

  @TempDir Path temporary;
  private StorePair pair;

  @BeforeEach
  void open() throws IOException {
    pair = new StorePair(temporary);
  }

  @AfterEach
  void close() throws IOException {
    pair.close();
  }

  private UUID arrive(String name, byte[] sample) throws IOException {
    Transfers transfers = pair.there().store().transfers();
    return name.endsWith(".tar")
        ? transfers
            .restore(name, StreamFrames.channel(sample), EVERYTHING, done -> {})
            .subvolume()
            .id()
        : pair.receive(name, sample).subvolume().id();
  }

  private static byte[] sample(String name) throws IOException {
    try (InputStream in = VariedSamplesTest.class.getResourceAsStream("varied/" + name)) {
      return in.readAllBytes();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "references-1, .stream, false",
    "chunks-16, .stream, false",
    "chunks-16, .tar, false",
    "state, .stream, false",
    "state, .stream, true",
    "state, .tar, false",
    "state, .tar, true"
  })
  void samplesAreAsTheyWere(String era, String suffix, boolean isTree) throws Exception {
    String name = era + (isTree ? "-tree" : "");
    assertWhole(name + suffix, sample(name + suffix), isTree);
    String since = name + "-since" + suffix;
    if (VariedSamplesTest.class.getResource("varied/" + since) != null) {
      assertChanged(since, sample(since), isTree);
    }
  }

  private void assertWhole(String name, byte[] sample, boolean isTree) throws Exception {
    FileSystemUser user = pair.arrived(arrive(name, sample));
    VariedFiles.holds(user, "");
    if (isTree) {
      VariedFiles.holds(user, "/box");
    }
    user.fileSystem().close();
    assertThat(pair.there().verify().findings()).isEmpty();
  }

  private void assertChanged(String name, byte[] sample, boolean isTree) throws Exception {
    FileSystemUser user = pair.arrived(arrive(name, sample));
    VariedFiles.holdsChanged(user, "");
    if (isTree) {
      VariedFiles.holdsChanged(user, "/box");
    }
    user.fileSystem().close();
    assertThat(pair.there().verify().findings()).isEmpty();
  }

  /** All of them as this release writes them, by name. */
  private Map<String, byte[]> written(boolean isTree) throws Exception {
    UUID root = pair.here().create(isTree ? "tree" : "root");
    FileSystemUser user = pair.here().user(root);
    if (isTree) {
      HiddenUser.root(user.fileSystem()).mkdir("/.ctr-enc/subvolumes/box");
    }
    List<String> places = isTree ? List.of("", "/box") : List.of("");
    for (String at : places) {
      VariedFiles.write(user, at);
    }
    UUID whole = snapshot(root, "whole", isTree);
    for (String at : places) {
      VariedFiles.change(user, at);
    }
    UUID changed = snapshot(root, "changed", isTree);
    user.fileSystem().close();
    String name = "state" + (isTree ? "-tree" : "");
    Map<String, byte[]> all = new TreeMap<>();
    all.put(name + ".stream", stream(whole, Optional.empty(), isTree));
    all.put(name + ".tar", archive(whole, Optional.empty(), isTree));
    all.put(name + "-since.stream", stream(changed, Optional.of(whole), isTree));
    all.put(name + "-since.tar", archive(changed, Optional.of(whole), isTree));
    return all;
  }

  private UUID snapshot(UUID root, String name, boolean isTree) throws IOException {
    Snapshots snapshots = pair.here().store().snapshots();
    return (isTree ? snapshots.createRecursive(root, name) : snapshots.create(root, name)).id();
  }

  private byte[] stream(UUID snapshot, Optional<UUID> since, boolean isTree) throws IOException {
    return pair.send(new Transfers.Outgoing(snapshot, since, isTree, NOWHERE));
  }

  private byte[] archive(UUID snapshot, Optional<UUID> since, boolean isTree) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    pair.here()
        .store()
        .transfers()
        .backup(
            new Transfers.Outgoing(snapshot, since, isTree, NOWHERE),
            Pace.unlimited(),
            Channels.newChannel(out),
            done -> {});
    return out.toByteArray();
  }

  /** In the formats of the newest samples. */
  @Test
  void presentVersionHasItsSamples() throws Exception {
    Map<String, byte[]> all = written(false);
    all.putAll(written(true));
    String target = System.getProperty("sample.write", "");
    if (!target.isEmpty()) {
      for (Map.Entry<String, byte[]> one : all.entrySet()) {
        Files.write(Path.of(target, one.getKey()), one.getValue());
      }
    }
    for (Map.Entry<String, byte[]> one : all.entrySet()) {
      assertThat(beginning(one.getKey(), one.getValue()))
          .as(one.getKey())
          .isEqualTo(beginning(one.getKey(), sample(one.getKey())));
    }
  }

  /** Magic, name and version: in an archive, behind the header of its first member. */
  private static byte[] beginning(String name, byte[] bytes) {
    int from = name.endsWith(".tar") ? 512 : 0;
    return Arrays.copyOfRange(bytes, from, from + 20);
  }
}
