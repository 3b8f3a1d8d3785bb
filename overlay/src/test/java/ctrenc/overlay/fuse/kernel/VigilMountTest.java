package ctrenc.overlay.fuse.kernel;

import static ctrenc.overlay.fuse.kernel.FakeProcessors.Word.KEEP_AWAKE;
import static ctrenc.overlay.fuse.kernel.FakeProcessors.Word.LET_SLEEP;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.fuse.Mount;
import ctrenc.overlay.fuse.MountOptions;
import ctrenc.overlay.vfs.MemoryFileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real mount whose callers have to wait for nobody's processor. */
@Tag("kernel")
@Timeout(60)
class VigilMountTest {

  @TempDir Path directory;

  @Test
  void callersWhoAskAgainAndAgainKeepProcessorsAwakeAndNobodyElse() throws Exception {
    FakeProcessors processors = new FakeProcessors();
    try (KernelTransport transport =
        new KernelTransport(1, Optional.empty(), Optional.of(new Vigil(processors)))) {
      Mount mount = transport.mount(new MemoryFileSystem(), directory, MountOptions.of("vigil"));
      try {
        while (!processors.words().contains(KEEP_AWAKE)) {
          Files.createFile(directory.resolve("file"));
          Files.delete(directory.resolve("file"));
        }
        int said = processors.words().size();
        processors.await(said % 2 == 0 ? said : said + 1);
        assertThat(processors.words().getLast()).isEqualTo(LET_SLEEP);
      } finally {
        mount.unmount(Duration.ofSeconds(10));
      }
    }
  }
}
