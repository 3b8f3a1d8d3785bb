package ctrenc.overlay.union;

import ctrenc.overlay.ring.RootMemory;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.OpenFlag;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** A filesystem whose process dies, and another goes on with its memory. */
final class DyingFileSystem implements AutoCloseable {

  private static final Duration NEVER = Duration.ofHours(1);

  private final TestStack stack = new TestStack();
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
            Optional.of(memory),
            () -> {}));
    return stack.open();
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

  /** What the dead process had in its own memory is gone; its threads wait for ever. */
  void die() throws Exception {
    stack.afterProcessDeath();
    Path kept = Path.of("/proc/self/fd/" + memory.file().number());
    memory = RootMemory.recover(FileOpener.open(kept, OpenFlag.READ_WRITE));
    fileSystem = open();
  }

  @Override
  public void close() throws IOException {
    fileSystem.close();
    memory.close();
  }
}
