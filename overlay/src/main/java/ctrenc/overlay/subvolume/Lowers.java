package ctrenc.overlay.subvolume;

import ctrenc.overlay.storage.KeyLostException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Puts the lowers of a new subvolume into the change that makes it. Thread-safe. */
record Lowers(Catalog catalog, Keyring keyring) {

  private static final byte[] NO_KEY = {};

  List<SubvolumeRecord.Level> ofBase(CatalogEdit edit, Base base) throws IOException {
    return switch (base) {
      case Base.Empty empty -> List.of();
      case Base.HostTree(Path directory) -> {
        List<String> path = List.of(directory.toAbsolutePath().toString());
        long layer = newLayer(edit, UUID.randomUUID(), LayerRecord.Kind.HOST_TREE, path);
        yield List.of(new SubvolumeRecord.Level(layer, NO_KEY));
      }
      case Base.Image(UUID image) -> {
        ImageRecord found =
            catalog.image(image).orElseThrow(() -> new NoSuchFileException("image " + image));
        for (long layer : found.layers()) {
          edit.retain(layer);
        }
        yield found.layers().stream()
            .map(layer -> new SubvolumeRecord.Level(layer, NO_KEY))
            .toList();
      }
    };
  }

  /** Frozen layers, whose keys {@code origin} can unwrap; {@code made} can then, too. */
  List<SubvolumeRecord.Level> shared(
      CatalogEdit edit, UUID origin, UUID made, List<SubvolumeRecord.Level> frozen)
      throws IOException {
    List<SubvolumeRecord.Level> shared = new ArrayList<>();
    for (SubvolumeRecord.Level level : frozen) {
      edit.retain(level.layer());
      LayerRecord layer = catalog.layer(level.layer());
      byte[] wrappedKey =
          layer.kind() == LayerRecord.Kind.ENCRYPTED
              ? rewrapped(origin, made, layer, level)
              : NO_KEY;
      shared.add(new SubvolumeRecord.Level(level.layer(), wrappedKey));
    }
    return shared;
  }

  private byte[] rewrapped(UUID origin, UUID made, LayerRecord layer, SubvolumeRecord.Level level)
      throws IOException {
    try {
      return keyring.rewrapped(origin, made, layer.id(), level.wrappedKey());
    } catch (KeyLostException e) {
      // What the origin cannot read, the new one cannot either; it says so when it is read.
      return NO_KEY;
    }
  }

  /** Adds a layer that one stack holds; returns its number. */
  static long newLayer(CatalogEdit edit, UUID id, LayerRecord.Kind kind, List<String> trees) {
    long number = edit.newLayerNumber();
    edit.put(new LayerRecord(number, id, kind, LayerRecord.State.LIVE, 1, trees));
    return number;
  }
}
