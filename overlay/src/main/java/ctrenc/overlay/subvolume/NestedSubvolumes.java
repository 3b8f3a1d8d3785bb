package ctrenc.overlay.subvolume;

import ctrenc.crypto.kdf.LayerKey;
import ctrenc.overlay.layer.LayerRange;
import ctrenc.overlay.nest.Source;
import ctrenc.overlay.nest.Usage;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.UUID;

/**
 * Makes, opens and destroys the subvolumes that hang in others. Thread-safe.
 *
 * <p>A nested one is as lasting as its parent: in a throwaway tree its KEK is in memory alone; in a
 * kept one its key file has the KEK, wrapped by the parent's. So it opens with its parent.
 */
final class NestedSubvolumes {

  private final StoreParts parts;
  private final Catalog catalog;
  private final NestCatalog nests;
  private final Keyring keyring;
  private final StackOpener opener;
  private final OpenStacks open;
  private final SubvolumeMaker maker;
  private final StackFreezer freezer;
  private final SubvolumeEraser eraser;

  NestedSubvolumes(
      StoreParts parts,
      Catalog catalog,
      NestCatalog nests,
      Keyring keyring,
      StackOpener opener,
      OpenStacks open,
      SubvolumeMaker maker,
      StackFreezer freezer,
      SubvolumeEraser eraser) {
    this.parts = parts;
    this.catalog = catalog;
    this.nests = nests;
    this.keyring = keyring;
    this.opener = opener;
    this.open = open;
    this.maker = maker;
    this.freezer = freezer;
    this.eraser = eraser;
  }

  boolean isNested(UUID id) {
    return nests.find(id).isPresent();
  }

  void make(NestRecord nest, Source source) throws IOException {
    synchronized (open.guard(nest.parent())) {
      SubvolumeRecord parent = catalog.requireLiving(nest.parent());
      switch (source) {
        case Source.Empty empty -> maker.nest(parent, nest, new Base.Empty());
        case Source.Image(Name name) ->
            maker.nest(parent, nest, new Base.Image(imageOf(name.toString())));
        case Source.Fork fork -> {
          freezer.freeze(parent, (edit, frozen) -> {});
          SubvolumeRecord now = catalog.requireLiving(nest.parent());
          maker.nestFork(now, nest, now.stack().subList(1, now.stack().size()));
        }
      }
    }
  }

  /** By its name alone: who is inside a container is told of no image. */
  private UUID imageOf(String name) throws NoSuchFileException {
    return catalog.images().stream()
        .map(ImageRecord::info)
        .filter(image -> image.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new NoSuchFileException("image " + name))
        .id();
  }

  FileSystem open(UUID id) throws IOException {
    synchronized (open.guard(id)) {
      SubvolumeRecord subvolume = catalog.requireLiving(id);
      unlock(subvolume);
      return open.open(id, closed -> opener.open(subvolume, Optional.empty(), closed));
    }
  }

  private void unlock(SubvolumeRecord subvolume) throws IOException {
    UUID id = subvolume.id();
    if (keyring.holds(id)) {
      return;
    }
    NestRecord nest = nests.find(id).orElseThrow(() -> new NoSuchFileException("nested " + id));
    if (subvolume.throwaway()) {
      throw Keyring.locked(id);
    }
    unlock(catalog.requireLiving(nest.parent()), nest);
  }

  private void unlock(SubvolumeRecord parent, NestRecord nest) throws IOException {
    if (!keyring.holds(parent.id())) {
      throw Keyring.locked(parent.id());
    }
    keyring.unlockNested(parent.id(), nest.id(), parts.keySlots().read(nest.id()));
  }

  void lock(UUID id) {
    synchronized (open.guard(id)) {
      keyring.drop(id);
    }
  }

  /** Keys first, of all that are nested in it too. */
  void destroy(UUID id) throws IOException {
    synchronized (open.guard(id)) {
      SubvolumeRecord subvolume = catalog.requireLiving(id);
      dropKeys(subvolume);
      eraser.destroy(subvolume);
      open.forgetGuard(id);
    }
  }

  /** Wipes the KEKs of one and of all that are nested in it. */
  void dropKeys(SubvolumeRecord top) {
    eraser.withNested(top).forEach(subvolume -> keyring.drop(subvolume.id()));
  }

  /** What one uses by itself. */
  Usage usage(UUID id) throws IOException {
    SubvolumeUsage stored = stored(id);
    return new Usage(stored.storedBytes() + stored.inodes() * Usage.RECORD, stored.inodes());
  }

  /** What the layers of a subvolume hold, nested or not. */
  SubvolumeUsage stored(UUID id) throws IOException {
    long bytes = 0;
    long inodes = 0;
    for (SubvolumeRecord.Level level : catalog.requireLiving(id).stack()) {
      LayerRecord layer = catalog.layer(level.layer());
      if (layer.kind() == LayerRecord.Kind.ENCRYPTED) {
        bytes += parts.extents().storedBytes(layer.id());
        inodes += LayerRange.countInodes(parts.meta(), layer.number());
      }
    }
    return new SubvolumeUsage(bytes, inodes);
  }

  /** The key that a subvolume's upper is sealed under; the caller closes it. */
  LayerKey upperKey(SubvolumeRecord subvolume) throws IOException {
    SubvolumeRecord.Level upper = subvolume.stack().getFirst();
    return keyring.layerKey(subvolume.id(), catalog.layer(upper.layer()).id(), upper.wrappedKey());
  }
}
