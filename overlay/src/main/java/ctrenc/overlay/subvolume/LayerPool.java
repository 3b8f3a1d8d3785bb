package ctrenc.overlay.subvolume;

import ctrenc.crypto.kdf.LayerKey;
import ctrenc.overlay.layer.EncryptedLayer;
import ctrenc.overlay.layer.HostTree;
import ctrenc.overlay.layer.Layer;
import ctrenc.overlay.layer.PlainLayer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The open layers of a store: one of each, shared by all stacks that hold it, closed with the last
 * one. Thread-safe.
 */
final class LayerPool {

  /** Gives the key of an encrypted layer that is not open yet. */
  interface KeySource {
    LayerKey key() throws IOException;
  }

  private final StoreParts parts;
  private final TreeFolder trees;
  private final Map<Long, Shared> open = new HashMap<>();

  LayerPool(StoreParts parts, TreeFolder trees) {
    this.parts = parts;
    this.trees = trees;
  }

  /**
   * Opens a layer, or shares an open one.
   *
   * @param floor the ceiling of the stack under it
   */
  synchronized Layer acquire(LayerRecord layer, KeySource keys, long floor) throws IOException {
    Shared shared = open.get(layer.number());
    if (shared == null) {
      shared = openLayer(layer, keys, floor);
      open.put(layer.number(), shared);
    } else if (layer.kind() == LayerRecord.Kind.ENCRYPTED) {
      // Who cannot unwrap the key does not read by that of another stack.
      keys.key().close();
    }
    shared.users++;
    return shared.layer;
  }

  synchronized void release(long number) throws IOException {
    Shared shared = open.get(number);
    if (shared == null) {
      throw new IllegalStateException("layer number " + number + " is not open");
    }
    shared.users--;
    if (shared.users == 0) {
      open.remove(number);
      shared.close();
    }
  }

  private Shared openLayer(LayerRecord layer, KeySource keys, long floor) throws IOException {
    return switch (layer.kind()) {
      case IMAGE_TREES, SHARED_TREES -> new Shared(openTrees(layer), List.of());
      case HOST_TREE -> new Shared(openHostTree(layer), List.of());
      case ENCRYPTED -> openEncrypted(layer, keys.key(), floor);
    };
  }

  private Layer openTrees(LayerRecord layer) throws IOException {
    List<HostTree> opened = trees.open(layer);
    try {
      return PlainLayer.open(parts.place(layer.number()), layer.id(), opened, parts.openFiles());
    } catch (IOException | RuntimeException e) {
      for (HostTree tree : opened) {
        tree.close();
      }
      throw e;
    }
  }

  /**
   * The state directory and what belongs to it show empty in a host's tree, so that no root sees
   * the store it lies in, or what is said of others.
   */
  private Layer openHostTree(LayerRecord layer) throws IOException {
    HostTree tree = HostTree.open(Path.of(layer.trees().getFirst()));
    try {
      return PlainLayer.lazy(
          parts.place(layer.number()), layer.id(), tree, parts.store().hidden(), parts.openFiles());
    } catch (IOException | RuntimeException e) {
      tree.close();
      throw e;
    }
  }

  private Shared openEncrypted(LayerRecord layer, LayerKey key, long floor) throws IOException {
    try {
      return new Shared(
          EncryptedLayer.open(
              parts.place(layer.number()),
              key,
              parts.extents().open(layer, key),
              parts.entropy(),
              floor),
          List.of(key));
    } catch (IOException | RuntimeException e) {
      key.close();
      throw e;
    }
  }

  /** An open layer, how many stacks hold it, and the keys that live as long. */
  private static final class Shared {
    private final Layer layer;
    private final List<LayerKey> keys;
    private int users;

    Shared(Layer layer, List<LayerKey> keys) {
      this.layer = layer;
      this.keys = keys;
    }

    void close() throws IOException {
      try {
        layer.close();
      } finally {
        keys.forEach(LayerKey::close);
      }
    }
  }
}
