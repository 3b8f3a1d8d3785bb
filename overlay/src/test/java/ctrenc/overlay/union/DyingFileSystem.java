package ctrenc.overlay.union;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.ring.MemoryPart;
import ctrenc.overlay.ring.RootMemory;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.OpenFlag;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A filesystem whose process dies, and another goes on with its memory. */
final class DyingFileSystem implements AutoCloseable {

  private static final Duration NEVER = Duration.ofHours(1);

  private final TestStack stack = new TestStack();
  private final List<OverlayFileSystem> dead = new ArrayList<>();
  private RootMemory memory = RootMemory.create();
  private OverlayFileSystem fileSystem;

  DyingFileSystem() throws Exception {
    fileSystem = open();
  }

  private OverlayFileSystem open() throws Exception {
    stack.with(
        new UnionOptions(
            stack.options().disk(),
            8 << 20,
            64 << 20,
            NEVER,
            true,
            false,
            Optional.of(new MemoryPart(memory, 0, Long.MAX_VALUE, memory.isRecovered())),
            () -> {}));
    OverlayFileSystem opened = stack.open();
    memory.log().forgetRecovered();
    return opened;
  }

  TestStack stack() {
    return stack;
  }

  RootMemory memory() {
    return memory;
  }

  OverlayFileSystem fileSystem() {
    return fileSystem;
  }

  /** What the dead process had in its own memory is gone, and its threads change nothing more. */
  void die() throws Exception {
    silence();
    dead.add(fileSystem);
    stack.afterProcessDeath();
    Path kept = Path.of("/proc/self/fd/" + memory.file().number());
    memory = RootMemory.recover(FileOpener.open(kept, OpenFlag.READ_WRITE));
    fileSystem = open();
  }

  /**
   * A thread of the dead process that seals in the background would release what it committed in
   * the memory that the next one reads. From here on it can commit nothing, and when the filesystem
   * has stood still once, it has released all that it had.
   */
  private void silence() {
    stack.upper().failAppends(() -> new IOException("The process is dead."));
    stack.upper().failCommits(() -> new IOException("The process is dead."));
    assertThatThrownBy(
            () ->
                fileSystem.freeze(
                    frozen -> {
                      throw new IOException("The process is dead.");
                    }))
        .hasMessage("The process is dead.");
  }

  @Override
  public void close() throws IOException {
    fileSystem.close();
    // Their threads would hold what they gathered as long as other tests run.
    dead.forEach(OverlayFileSystem::close);
    memory.close();
  }
}
