package ctrenc.daemon.nested;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.daemon.fake.DaemonUnderTest;
import ctrenc.daemon.fake.TestSettings;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.fuse.kernel.KernelTransport;
import ctrenc.overlay.subvolume.StoreDirectory;
import ctrenc.proto.v1.Base;
import ctrenc.proto.v1.ContainerSpec;
import ctrenc.proto.v1.CreateContainerRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a caller inside a container may name to the daemon, on the kernel's FUSE. */
@Tag("kernel")
class OwnedDirectoryTest {

  private static final int ALICE = 1000;
  private static final int BOB = 1001;

  @TempDir private Path home;

  /** "/d/n", in it "/d/n/m" and a directory, links to both, and "/other": all but that Alice's. */
  private static Path tree(DaemonUnderTest daemon) throws IOException {
    ContainerSpec spec =
        ContainerSpec.newBuilder().setName("r").setBase(Base.newBuilder().setEmpty(true)).build();
    CreateContainerRequest request = CreateContainerRequest.newBuilder().setSpec(spec).build();
    Path root = Path.of(daemon.containers().create(request).getContainer().getRoot());
    Files.createDirectory(root.resolve("d"));
    nest(root.resolve("d"), "n");
    nest(root.resolve("d/n"), "m");
    nest(root, "other");
    Files.setAttribute(root.resolve("other"), "unix:uid", 0);
    Files.createDirectory(root.resolve("d/n/plain"));
    Files.createSymbolicLink(root.resolve("link"), Path.of("d"));
    Files.createSymbolicLink(root.resolve("d/n/up"), Path.of("../../other"));
    return root;
  }

  private static void nest(Path directory, String name) throws IOException {
    Files.createDirectory(directory.resolve(".ctr-enc/subvolumes").resolve(name));
    Files.setAttribute(directory.resolve(name), "unix:uid", ALICE);
  }

  private static long inode(Path path) throws IOException {
    return (Long) Files.getAttribute(path, "unix:ino");
  }

  @Test
  void whatIsNestedAndTheCallersIsFound() throws Exception {
    try (DaemonUnderTest daemon =
        new DaemonUnderTest(TestSettings.in(home), StoreDirectory::open, new KernelTransport())) {
      Path root = tree(daemon);
      try (SubvolumeRoot top = SubvolumeRoot.open(root);
          SubvolumeRoot inner = SubvolumeRoot.open(root.resolve("d/n"))) {
        assertThat(OwnedDirectory.find(top, "/d/n", ALICE)).isEqualTo(inode(root.resolve("d/n")));
        assertThat(OwnedDirectory.find(top, "/other", 0)).isEqualTo(inode(root.resolve("other")));
        long deep = inode(root.resolve("d/n/m"));
        assertThat(OwnedDirectory.find(top, "/d/n/m", ALICE)).isEqualTo(deep);
        assertThat(OwnedDirectory.find(inner, "/m", ALICE)).isEqualTo(deep);
        refused(top, BOB, "/d/n", "/d/n/m", "/other");
        refused(top, ALICE, "/other");
        refused(top, 0, "/", "", "/d", "/d/n/plain", "/link/n", "/none", "/d/n\0", "/d/../../n");
        refused(inner, 0, "/", "/..", "/../n", "/../../other", "/up", "/plain", "/m/../../n");
      }
    }
  }

  private static void refused(SubvolumeRoot root, int uid, String... paths) {
    for (String path : List.of(paths)) {
      assertThatThrownBy(() -> OwnedDirectory.find(root, path, uid))
          .as(path)
          .isInstanceOf(RefusedException.class)
          .hasMessageStartingWith("No nested subvolume of yours shows at");
    }
  }
}
