package ctrenc.overlay.subvolume;

import ctrenc.overlay.union.OverlayFileSystem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A stack in use: its filesystem, and the layers it holds in the pool. Thread-safe. */
final class OpenStack {

  private final List<Long> layers = new ArrayList<>();
  private @Nullable OverlayFileSystem fileSystem;
  private boolean released;

  void setFileSystem(OverlayFileSystem opened) {
    fileSystem = opened;
  }

  OverlayFileSystem fileSystem() {
    return Objects.requireNonNull(fileSystem, "a stack is handed out once it has its filesystem");
  }

  /** Notes a layer that was acquired for this stack. */
  synchronized void add(long layer) {
    layers.add(layer);
  }

  /**
   * Notes one layer more if the commit succeeds.
   *
   * @throws ClosedMeanwhileException if the filesystem was closed; nothing is committed then
   */
  synchronized void add(long layer, Step commit) throws IOException {
    if (released) {
      throw new ClosedMeanwhileException();
    }
    commit.run();
    layers.add(layer);
  }

  /**
   * Notes one layer in the place of others if the commit succeeds. The caller gives those back to
   * the pool.
   *
   * @throws ClosedMeanwhileException if the filesystem was closed; nothing is committed then
   */
  synchronized void replace(List<Long> gone, long layer, Step commit) throws IOException {
    add(layer, commit);
    layers.removeAll(gone);
  }

  /** Ends the use; returns the layers to give back to the pool. */
  synchronized List<Long> release() {
    released = true;
    List<Long> held = List.copyOf(layers);
    layers.clear();
    return held;
  }
}
