package ctrenc.overlay.fuse.kernel;

import ctrenc.crypto.secret.SecretMemory;
import ctrenc.overlay.audit.Finding;
import ctrenc.overlay.fuse.CacheMode;
import ctrenc.overlay.fuse.MountOptions;
import ctrenc.overlay.nest.Limits;
import ctrenc.overlay.subvolume.Base;
import ctrenc.overlay.subvolume.StoreDirectory;
import ctrenc.overlay.subvolume.SubvolumeInfo;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A store on the disk with an image's directory in it, and roots over that directory, mounted for
 * real.
 */
final class LiveRoot implements AutoCloseable {

  private final Carrier carrier;
  private final Path home;
  private final List<Finding> findings = Collections.synchronizedList(new ArrayList<>());
  private final StoreDirectory store;
  private final List<LiveMount> mounts = new ArrayList<>();
  private final List<FileSystem> fileSystems = new ArrayList<>();

  LiveRoot(Carrier carrier, Path home) throws IOException {
    this.carrier = carrier;
    this.home = home;
    Files.createDirectories(image());
    store = StoreDirectory.open(home.resolve("state"), this::found, SecretMemory.plain());
  }

  /** The host's directory under every root. */
  Path image() {
    return home.resolve("image");
  }

  private void found(Finding finding) {
    if (finding.kind() != Finding.Kind.ERASED) {
      findings.add(finding);
    }
  }

  /** What was found wrong. */
  List<Finding> findings() {
    return findings;
  }

  /** Limits every root of the store. */
  void limitAll(Limits limits) throws IOException {
    for (SubvolumeInfo subvolume : store.subvolumes().list()) {
      store.subvolumes().quotas().limit(subvolume.id(), limits);
    }
  }

  /** One more root over the image. */
  LiveMount mount(CacheMode mode) throws IOException {
    return mount(mode, image());
  }

  LiveMount mount(CacheMode mode, Path lower) throws IOException {
    String name = "root" + mounts.size();
    FileSystem fileSystem =
        store
            .subvolumes()
            .open(store.subvolumes().create(name, new Base.HostTree(lower), List.of()).id());
    fileSystems.add(fileSystem);
    Path directory = Files.createDirectories(home.resolve("mounts").resolve(name));
    LiveMount mount =
        LiveMount.of(carrier, fileSystem, directory, MountOptions.of(name).withCache(mode));
    mounts.add(mount);
    return mount;
  }

  @Override
  public void close() throws IOException {
    for (LiveMount mount : mounts) {
      mount.close();
    }
    fileSystems.forEach(FileSystem::close);
    store.close();
  }
}
