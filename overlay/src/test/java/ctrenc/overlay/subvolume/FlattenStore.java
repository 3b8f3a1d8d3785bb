package ctrenc.overlay.subvolume;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.crypto.protector.MachineKeyProtector;
import ctrenc.crypto.protector.Protector;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** A store on the disk whose roots are flattened. */
final class FlattenStore implements AutoCloseable {

  private static final Duration LONG = Duration.ofSeconds(60);

  private final Path state;
  private final SecretMemory memory = SecretMemory.plain();
  private StoreDirectory store;

  FlattenStore(Path state) throws IOException {
    this.state = state;
    this.store = StoreDirectory.open(state, finding -> {}, memory);
  }

  Flattens flattens() {
    return store.flattens();
  }

  Subvolumes subvolumes() {
    return store.subvolumes();
  }

  Snapshots snapshots() {
    return store.snapshots();
  }

  CheckReport check() throws IOException {
    return store.check();
  }

  void restart() throws IOException {
    store.close();
    store = StoreDirectory.open(state, finding -> {}, memory);
  }

  UUID create(Base base) throws IOException {
    return store.subvolumes().create("r", base, List.of(machineKey())).id();
  }

  /** A root with so many files of a MiB each. */
  UUID createFull(int files) throws Exception {
    UUID root = create(new Base.Empty());
    for (int i = 0; i < files; i++) {
      user(root).put("/f" + i, FileSystemUser.pattern(i, 1 << 20));
    }
    return root;
  }

  FileSystemUser user(UUID subvolume) throws IOException {
    return new FileSystemUser(store.subvolumes().open(subvolume));
  }

  void unlock(UUID root) throws IOException {
    store.subvolumes().unlock(root, List.of(machineKey()));
  }

  FlattenInfo flatten(UUID root, boolean withBase) throws Exception {
    store.flattens().start(root, withBase);
    return done(root);
  }

  /** The flattening ends well. */
  FlattenInfo done(UUID root) throws IOException {
    return await(store.flattens(), root).orElseThrow();
  }

  FlattenInfo.State state(UUID root) {
    return store.flattens().find(root).orElseThrow().state();
  }

  /** Fails as the flattening did, if there was one. */
  static Optional<FlattenInfo> await(Flattens flattens, UUID root) throws IOException {
    try {
      Optional<FlattenInfo> info = flattens.await(root, LONG);
      if (info.isPresent() && info.get().state() != FlattenInfo.State.DONE) {
        throw new IOException(info.get().state() + " " + info.get().problem());
      }
      return info;
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private Protector machineKey() {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) 1);
    return new MachineKeyProtector(Secret.take(memory, key));
  }

  List<String> children(String folder) throws IOException {
    try (Stream<Path> list = Files.list(state.resolve(folder))) {
      return list.map(path -> String.valueOf(path.getFileName())).toList();
    }
  }

  @Override
  public void close() throws IOException {
    assertThat(store.check().problems()).isEmpty();
    store.close();
  }
}
