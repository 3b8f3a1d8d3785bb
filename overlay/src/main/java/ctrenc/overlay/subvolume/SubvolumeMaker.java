package ctrenc.overlay.subvolume;

import ctrenc.crypto.protector.Protector;
import ctrenc.overlay.layer.HostTree;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Makes subvolumes: a fresh upper on a base, or on frozen layers of another one. Thread-safe. */
final class SubvolumeMaker {

  private static final byte[] NO_KEY = {};

  /** Puts the lowers of a new subvolume into its change. */
  private interface Lowers {
    List<SubvolumeRecord.Level> in(CatalogEdit edit, UUID subvolume) throws IOException;
  }

  /** What unlocks a new subvolume, as its key file has it; empty for a throwaway one. */
  private interface Protection {
    Optional<byte[]> of(UUID subvolume) throws IOException;
  }

  /** A subvolume to be made. */
  private record Plan(UUID id, String name, Base base) {}

  private final StoreParts parts;
  private final Catalog catalog;
  private final NestCatalog nests;
  private final Keyring keyring;
  private final SubvolumeEraser eraser;

  SubvolumeMaker(
      StoreParts parts,
      Catalog catalog,
      NestCatalog nests,
      Keyring keyring,
      SubvolumeEraser eraser) {
    this.parts = parts;
    this.catalog = catalog;
    this.nests = nests;
    this.keyring = keyring;
    this.eraser = eraser;
  }

  /** Opened by any of the groups of protectors; a throwaway one where there is none. */
  SubvolumeRecord create(String name, Base base, List<List<Protector>> anyOf) throws IOException {
    if (base instanceof Base.HostTree(Path directory)) {
      HostTree.open(directory).close();
    }
    return make(name, base, anyOf, (edit, made) -> lowers(edit, base));
  }

  /** The new subvolume shares {@code frozen}, layers whose keys {@code origin} can unwrap. */
  SubvolumeRecord fork(
      SubvolumeRecord origin,
      List<SubvolumeRecord.Level> frozen,
      String name,
      List<Protector> protectors)
      throws IOException {
    return make(
        name,
        origin.base(),
        protectors.stream().map(List::of).toList(),
        (edit, made) -> shared(edit, origin.id(), made, frozen));
  }

  /** One that hangs in {@code parent}, on its base; as lasting as that is. */
  SubvolumeRecord nest(SubvolumeRecord parent, NestRecord nest, Base base) throws IOException {
    return nest(parent, nest, base, (edit, made) -> lowers(edit, base));
  }

  /** The same, on frozen layers of {@code parent}. */
  SubvolumeRecord nestFork(
      SubvolumeRecord parent, NestRecord nest, List<SubvolumeRecord.Level> frozen)
      throws IOException {
    return nest(
        parent, nest, parent.base(), (edit, made) -> shared(edit, parent.id(), made, frozen));
  }

  private SubvolumeRecord nest(SubvolumeRecord parent, NestRecord nest, Base base, Lowers lowers)
      throws IOException {
    return make(
        new Plan(nest.id(), nest.id().toString(), base),
        id ->
            parent.throwaway()
                ? Optional.empty()
                : Optional.of(keyring.nested(parent.id(), nest.id())),
        (edit, made) -> {
          nests.put(edit, nest);
          return lowers.in(edit, made);
        });
  }

  private SubvolumeRecord make(String name, Base base, List<List<Protector>> anyOf, Lowers lowers)
      throws IOException {
    CatalogNames.check(name);
    return make(
        new Plan(UUID.randomUUID(), name, base),
        id -> anyOf.isEmpty() ? Optional.empty() : Optional.of(keyring.protect(id, anyOf)),
        lowers);
  }

  private SubvolumeRecord make(Plan plan, Protection protection, Lowers lowers) throws IOException {
    UUID id = plan.id();
    keyring.create(id);
    try {
      Optional<byte[]> keyFile = protection.of(id);
      if (keyFile.isPresent()) {
        parts.keySlots().write(id, keyFile.get());
      }
      SubvolumeRecord bare =
          new SubvolumeRecord(
              id, plan.name(), plan.base(), Instant.now(), keyFile.isEmpty(), false, List.of());
      SubvolumeRecord made = catalog.change(edit -> make(edit, bare, lowers));
      if (!made.throwaway()) {
        catalog.sync();
      }
      return made;
    } catch (IOException | RuntimeException e) {
      abandon(id, e);
      throw e;
    }
  }

  /** Also undoes a creation that is in the catalog but could not be made durable. */
  private void abandon(UUID id, Exception reason) {
    keyring.drop(id);
    try {
      Optional<SubvolumeRecord> made = catalog.subvolume(id);
      if (made.isPresent()) {
        eraser.destroy(made.get());
      } else {
        parts.keySlots().erase(id);
      }
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }

  private SubvolumeRecord make(CatalogEdit edit, SubvolumeRecord bare, Lowers lowers)
      throws IOException {
    if (catalog.living().anyMatch(other -> other.name().equals(bare.name()))) {
      throw new AlreadyExistsException("There is a subvolume " + bare.name() + " already.");
    }
    List<SubvolumeRecord.Level> stack = new ArrayList<>();
    UUID upper = UUID.randomUUID();
    byte[] wrappedKey = keyring.newLayerKey(bare.id(), upper);
    stack.add(
        new SubvolumeRecord.Level(
            newLayer(edit, upper, LayerRecord.Kind.ENCRYPTED, List.of()), wrappedKey));
    stack.addAll(lowers.in(edit, bare.id()));
    SubvolumeRecord made = bare.with(List.copyOf(stack));
    edit.put(made);
    return made;
  }

  private List<SubvolumeRecord.Level> lowers(CatalogEdit edit, Base base) throws IOException {
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

  private List<SubvolumeRecord.Level> shared(
      CatalogEdit edit, UUID origin, UUID made, List<SubvolumeRecord.Level> frozen)
      throws IOException {
    List<SubvolumeRecord.Level> shared = new ArrayList<>();
    for (SubvolumeRecord.Level level : frozen) {
      edit.retain(level.layer());
      LayerRecord layer = catalog.layer(level.layer());
      byte[] wrappedKey =
          layer.kind() == LayerRecord.Kind.ENCRYPTED
              ? keyring.rewrapped(origin, made, layer.id(), level.wrappedKey())
              : NO_KEY;
      shared.add(new SubvolumeRecord.Level(level.layer(), wrappedKey));
    }
    return shared;
  }

  private static long newLayer(
      CatalogEdit edit, UUID id, LayerRecord.Kind kind, List<String> trees) {
    long number = edit.newLayerNumber();
    edit.put(new LayerRecord(number, id, kind, LayerRecord.State.LIVE, 1, trees));
    return number;
  }
}
