package ctrenc.overlay.subvolume;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.crypto.secret.SecretMemory;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** Two stores between which roots move. */
final class StorePair implements AutoCloseable {

  private final Path temporary;
  private final VerifiedStore here;
  private final VerifiedStore there;

  StorePair(Path temporary) throws IOException {
    this(temporary, SecretMemory.plain());
  }

  /**
   * @param memory of both
   */
  StorePair(Path temporary, SecretMemory memory) throws IOException {
    this.temporary = temporary;
    this.here = new VerifiedStore(temporary.resolve("here"), memory);
    this.there = new VerifiedStore(temporary.resolve("there"), memory);
  }

  VerifiedStore here() {
    return here;
  }

  VerifiedStore there() {
    return there;
  }

  @Override
  public void close() throws IOException {
    here.close();
    there.close();
  }

  byte[] send(UUID snapshot, Optional<UUID> since) throws IOException {
    return send(new Transfers.Outgoing(snapshot, since, false, Optional.empty()));
  }

  byte[] send(Transfers.Outgoing outgoing) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    here.store().transfers().send(outgoing, Pace.unlimited(), Channels.newChannel(out), done -> {});
    return out.toByteArray();
  }

  Transfers.Received receive(String name, byte[] stream) throws IOException {
    return there
        .store()
        .transfers()
        .receive(name, Channels.newChannel(new ByteArrayInputStream(stream)), done -> {});
  }

  UUID freeze(UUID root, String name) throws IOException {
    return here.store().transfers().freeze(root, name).id();
  }

  FileSystemUser arrived(UUID root) throws IOException {
    there.store().subvolumes().unlock(root, List.of(there.machineKey()));
    return new FileSystemUser(there.store().subvolumes().open(root));
  }

  void assertNothingLeft() throws IOException {
    assertThat(there.store().subvolumes().list()).isEmpty();
    assertThat(there.store().snapshots().list()).isEmpty();
    assertThat(there.segmentFiles()).isEmpty();
    assertThat(there.store().check().problems()).isEmpty();
    try (Stream<Path> keys = Files.list(temporary.resolve("there/keys"))) {
      assertThat(keys).isEmpty();
    }
  }
}
