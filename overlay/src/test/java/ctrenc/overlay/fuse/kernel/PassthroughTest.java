package ctrenc.overlay.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.fuse.CacheMode;
import ctrenc.overlay.fuse.Passthrough;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.FileStatus;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.SystemCallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the kernel reads by itself, counted where it would arrive if it did not. */
@Tag("kernel")
class PassthroughTest {

  private static final int MIB = 1 << 20;

  @TempDir Path home;
  private LiveRoot root;
  private LiveMount live;

  /** How requests come. */
  Carrier carrier() {
    return Carrier.DEVICE;
  }

  @BeforeEach
  void mount() throws IOException {
    root = new LiveRoot(carrier(), home);
    Files.write(root.image().resolve("big"), CopyUpContract.pattern(4 * MIB));
    Files.writeString(root.image().resolve("file"), "from the image\n");
    live = root.mount(CacheMode.IMAGE);
  }

  @AfterEach
  void unmount() throws IOException {
    root.close();
  }

  private long reads() {
    return live.served(Operation.READ);
  }

  @Test
  void filesOfTheImageAreReadWithoutUs() throws Exception {
    assertThat(live.run("cmp big " + root.image().resolve("big") + " && echo same"))
        .isEqualTo("same");
    assertThat(live.mount().passthrough()).isEqualTo(Passthrough.ACTIVE);
    assertThat(reads()).isZero();
    assertThat(live.served(Operation.FLUSH)).as("nothing to bring into the store").isZero();
  }

  @Test
  void changedAttributesAloneDoNotMatter() throws Exception {
    live.run("chmod 600 big; chown 5:6 big; touch -d @1 big; mv big moved; cat moved > /dev/null");
    assertThat(reads()).isZero();
  }

  @Test
  void whatWasWrittenIsServed() throws Exception {
    live.run("printf x | dd of=big bs=1 seek=2000000 conv=notrunc 2>/dev/null");
    live.run("cat big > /dev/null");
    assertThat(reads()).isPositive();
    assertThat(live.run("cat file")).isEqualTo("from the image");
  }

  @Test
  void everyWriteComesAtOnce() throws Exception {
    live.run("i=0; while [ $i -lt 50 ]; do echo line $i; i=$((i+1)); done > new");
    assertThat(live.served(Operation.WRITE)).isEqualTo(50);
    assertThat(live.run("wc -l < new")).isEqualTo("50");
    assertThat(live.served(Operation.SETATTR)).as("no times sent afterwards").isZero();
  }

  @Test
  void readersFromBeforeGoOnWithTheImagesBytes() throws Exception {
    try (Descriptor holder = live.open("file", OpenFlag.READ_ONLY)) {
      live.run("echo longer than it was before > file");
      assertThat(CopyUpContract.text(holder)).isEqualTo("from the image\n");
      assertThat(FileStatus.of(holder).size()).isEqualTo(15);
      assertThat(live.run("stat -c %s file")).isEqualTo("26");
    }
  }

  @Test
  void whereThereIsNoNameToLookUpTheCallerIsTold() throws Exception {
    try (Descriptor holder = live.open("file", OpenFlag.READ_ONLY)) {
      Path link = Path.of("/proc/self/fd/" + holder.number());
      assertThatThrownBy(() -> FileOpener.open(link, OpenFlag.WRITE_ONLY))
          .isInstanceOf(SystemCallException.class)
          .hasMessageContaining("Stale");
      live.run("echo more >> file");
    }
    assertThat(live.run("cat file")).isEqualTo("from the image\nmore");
  }

  @Test
  void filesOfAStackedFilesystemAreServed() throws Exception {
    for (String name : new String[] {"lower", "upper", "work", "stacked"}) {
      Files.createDirectories(home.resolve(name));
    }
    Files.write(home.resolve("lower/big"), CopyUpContract.pattern(MIB));
    live.run(
        "cd %s && mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work stacked"
            .formatted(home));
    try {
      LiveMount over = root.mount(CacheMode.IMAGE, home.resolve("stacked"));
      assertThat(over.run("cmp big " + home.resolve("lower/big") + " && echo same"))
          .isEqualTo("same");
      assertThat(over.served(Operation.READ)).isPositive();
      assertThat(over.mount().passthrough()).isEqualTo(Passthrough.STACKED);
      root.close();
    } finally {
      new ProcessBuilder("umount", home.resolve("stacked").toString()).start().waitFor();
      root = new LiveRoot(carrier(), home);
    }
  }

  @Test
  void overlayfsCanBeMountedOverTheRoot() throws Exception {
    Path work = Files.createDirectories(home.resolve("nested"));
    live.run(
        "mkdir up wk && mount -t overlay overlay -o lowerdir=.,upperdir=up,workdir=wk "
            + work
            + " && cat "
            + work.resolve("file")
            + " && umount "
            + work);
  }

  @Test
  void writebackModeSaysThatItIsOff() throws Exception {
    LiveMount other = root.mount(CacheMode.WRITEBACK);
    other.run("cat big > /dev/null");
    assertThat(other.mount().passthrough()).isEqualTo(Passthrough.OFF);
    assertThat(other.served(Operation.READ)).isPositive();
  }
}
