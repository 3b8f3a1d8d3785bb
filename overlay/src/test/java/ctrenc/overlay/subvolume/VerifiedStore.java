package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;

import ctrenc.crypto.protector.MachineKeyProtector;
import ctrenc.crypto.protector.Protector;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.overlay.audit.Audit;
import ctrenc.overlay.scrub.ScrubPosition;
import ctrenc.overlay.storage.Pace;
import ctrenc.overlay.vfs.FileSystemUser;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** A store on the disk whose bytes tests flip, and what a verification says of it. */
final class VerifiedStore implements AutoCloseable {

  private final Path temporary;
  private final SecretMemory memory;
  private final Audit audit;
  private StoreDirectory store;

  VerifiedStore(Path temporary) throws IOException {
    this(temporary, SecretMemory.plain());
  }

  VerifiedStore(Path temporary, SecretMemory memory) throws IOException {
    this(temporary, memory, finding -> {});
  }

  VerifiedStore(Path temporary, SecretMemory memory, Audit audit) throws IOException {
    this.memory = memory;
    this.temporary = temporary;
    this.audit = audit;
    this.store = StoreDirectory.open(temporary, audit, memory);
  }

  StoreDirectory store() {
    return store;
  }

  void reopen() throws IOException {
    store.close();
    store = StoreDirectory.open(temporary, audit, memory);
  }

  @Override
  public void close() throws IOException {
    store.close();
  }

  CollectedFindings verify() throws IOException {
    return verify(ScrubPosition.START);
  }

  CollectedFindings verify(ScrubPosition from) throws IOException {
    CollectedFindings told = new CollectedFindings();
    store.upkeep().verify(Optional.empty(), from, Pace.unlimited(), told);
    return told;
  }

  Protector machineKey() {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) 5);
    return new MachineKeyProtector(Secret.take(memory, key));
  }

  UUID create(String name) throws IOException {
    return store.subvolumes().create(name, new Base.Empty(), List.of(machineKey())).id();
  }

  FileSystemUser user(UUID subvolume) throws IOException {
    return new FileSystemUser(store.subvolumes().open(subvolume));
  }

  /** A root with a file in a directory, under a snapshot with a changed file; locked. */
  UUID lockedRoot() throws Exception {
    UUID root = create("r");
    FileSystemUser user = user(root);
    user.mkdir("/d");
    user.put("/d/file", pattern(1, 5000));
    user.put("/small", pattern(2, 100));
    store.snapshots().create(root, "s");
    user.put("/other", pattern(3, 3000));
    user.unlink("/small");
    user.fileSystem().close();
    store.subvolumes().lock(root);
    return root;
  }

  /**
   * A root with several layers, links, a long, a moved and removed files, and attributes; locked.
   */
  UUID variedRoot() throws Exception {
    UUID root = create("varied");
    FileSystemUser user = user(root);
    user.mkdir("/d");
    user.mkdir("/d/e");
    user.put("/d/large", pattern(1, 2_500_000));
    user.put("/d/e/small", "small");
    user.symlink("/d/link", "e/small");
    user.link("/d/large", "/d/e/again");
    user.mkdir("/gone");
    user.put("/gone/file", "gone");
    user.setxattr("/gone", "user.long", pattern(4, 4000));
    store.snapshots().create(root, "one");
    user.overwrite("/d/large", 1_100_000, pattern(2, 5000));
    user.unlink("/gone/file");
    user.rename("/d/e", "/moved");
    user.put("/moved/new", pattern(3, 9000));
    user.rename("/moved/small", "/moved/other");
    user.rename("/moved/other", "/moved/small");
    user.fileSystem().close();
    store.subvolumes().lock(root);
    return root;
  }

  List<Path> segmentFiles() throws IOException {
    try (Stream<Path> files = Files.walk(temporary.resolve("segments"))) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  List<Path> tables() throws IOException {
    try (Stream<Path> files = Files.walk(temporary.resolve("meta"))) {
      return files.filter(file -> file.toString().endsWith(".sst")).sorted().toList();
    }
  }

  static void flip(Path file, long offset) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(offset);
      int before = bytes.read();
      bytes.seek(offset);
      bytes.write(before ^ 0x20);
    }
  }
}
