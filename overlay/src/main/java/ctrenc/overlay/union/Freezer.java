package ctrenc.overlay.union;

import java.io.IOException;

/**
 * Freezes the upper of a filesystem in use and goes on with a fresh one. The frozen layers are what
 * the filesystem showed at one instant: every operation is in them whole or not at all, and so is
 * every byte that was written until then, gathered ones included.
 *
 * <p>Nothing is walked: what was stored of a node tells by itself that its upper is a lower now, so
 * open files, handles and nameless inodes go on as they are. What others wait for is to seal and
 * make durable what came since the last look, and the step that makes the new stack the stored one.
 * The frozen layer is durable before that step: after power loss a layer goes back to what is whole
 * of it alone, and nothing above may stand on what it has lost.
 */
final class Freezer {

  /** Looks at what is gathered before others have to wait. */
  private static final int LOOKS = 3;

  private final Gate gate;
  private final LayerStack stack;
  private final DirtyFiles dirtyFiles;

  Freezer(Gate gate, LayerStack stack, DirtyFiles dirtyFiles) {
    this.gate = gate;
    this.stack = stack;
    this.dirtyFiles = dirtyFiles;
  }

  /** Does what can be done before others have to wait. */
  void prepare() throws IOException {
    for (int looks = 0; looks < LOOKS && dirtyFiles.size() > 0; looks++) {
      gate.among(dirtyFiles::sealAll);
    }
    stack.sync();
  }

  void freeze(Successor successor) throws IOException {
    gate.alone(
        () -> {
          dirtyFiles.sealAll();
          successor.atInstant(stack.upper());
          stack.sync();
          stack.push(successor.after(stack.upper()));
        });
  }
}
