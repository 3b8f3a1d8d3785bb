package ctrenc.overlay.subvolume;

import ctrenc.crypto.protector.Protector;
import ctrenc.overlay.layer.HostTree;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Makes subvolumes: a fresh upper on a base, or on frozen layers of another one. Thread-safe. */
final class SubvolumeMaker {

  /** Puts the lowers of a new subvolume into its change. */
  private interface LowersSource {
    List<SubvolumeRecord.Level> in(CatalogEdit edit, UUID subvolume) throws IOException;
  }

  /** What unlocks a new subvolume, as its key file has it; empty for a throwaway one. */
  private interface Protection {
    Optional<byte[]> of(UUID subvolume) throws IOException;
  }

  /** A subvolume to be made. */
  private record Plan(
      UUID id, String name, Base base, Protection protection, LowersSource lowers) {}

  /** A snapshot of a nested subvolume that is part of another one, and where it hangs there. */
  record Part(NestRecord nest, SnapshotRecord snapshot) {}

  private final StoreParts parts;
  private final Catalog catalog;
  private final NestCatalog nests;
  private final Keyring keyring;
  private final SubvolumeEraser eraser;
  private final Lowers lowers;

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
    this.lowers = new Lowers(catalog, keyring);
  }

  /** Opened by any of the groups of protectors; a throwaway one where there is none. */
  SubvolumeRecord create(String name, Base base, List<List<Protector>> anyOf) throws IOException {
    if (base instanceof Base.HostTree(Path directory)) {
      HostTree.open(directory).close();
    }
    return make(name, base, anyOf, (edit, made) -> lowers.ofBase(edit, base));
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
        (edit, made) -> lowers.shared(edit, origin.id(), made, frozen));
  }

  /** The same of a snapshot, with all that is part of it: all of it is made, or nothing. */
  SubvolumeRecord fork(
      SnapshotRecord snapshot, List<Part> nested, String name, List<Protector> protectors)
      throws IOException {
    CatalogNames.check(name);
    FreshIds ids = new FreshIds();
    List<Plan> plans = new ArrayList<>();
    SubvolumeRecord origin = catalog.requireLiving(snapshot.subvolume());
    plans.add(
        new Plan(
            ids.of(snapshot.id()),
            name,
            origin.base(),
            protectedBy(protectors.stream().map(List::of).toList()),
            (edit, made) -> lowers.shared(edit, origin.id(), made, snapshot.stack())));
    for (Part part : nested) {
      NestRecord nest = part.nest.as(ids.of(part.nest.id()), ids.of(part.nest.parent()));
      SubvolumeRecord former = catalog.requireLiving(part.snapshot.subvolume());
      plans.add(
          nestPlan(
              nest,
              former.base(),
              protectors.isEmpty(),
              (edit, made) -> lowers.shared(edit, former.id(), made, part.snapshot.stack())));
    }
    return make(plans);
  }

  /** One that hangs in {@code parent}, on its base; as lasting as that is. */
  SubvolumeRecord nest(SubvolumeRecord parent, NestRecord nest, Base base) throws IOException {
    return make(
        List.of(
            nestPlan(nest, base, parent.throwaway(), (edit, made) -> lowers.ofBase(edit, base))));
  }

  /** The same, on frozen layers of {@code parent}. */
  SubvolumeRecord nestFork(
      SubvolumeRecord parent, NestRecord nest, List<SubvolumeRecord.Level> frozen)
      throws IOException {
    return make(
        List.of(
            nestPlan(
                nest,
                parent.base(),
                parent.throwaway(),
                (edit, made) -> lowers.shared(edit, parent.id(), made, frozen))));
  }

  private Plan nestPlan(NestRecord nest, Base base, boolean throwaway, LowersSource source) {
    return new Plan(
        nest.id(),
        nest.id().toString(),
        base,
        id -> throwaway ? Optional.empty() : Optional.of(keyring.nested(nest.parent(), id)),
        (edit, made) -> {
          nests.put(edit, nest);
          return source.in(edit, made);
        });
  }

  private Protection protectedBy(List<List<Protector>> anyOf) {
    return id -> anyOf.isEmpty() ? Optional.empty() : Optional.of(keyring.protect(id, anyOf));
  }

  private SubvolumeRecord make(
      String name, Base base, List<List<Protector>> anyOf, LowersSource source) throws IOException {
    CatalogNames.check(name);
    return make(List.of(new Plan(UUID.randomUUID(), name, base, protectedBy(anyOf), source)));
  }

  /**
   * Makes all, of which the first has the others nested in it, in one change; returns the first.
   */
  private SubvolumeRecord make(List<Plan> plans) throws IOException {
    try {
      List<SubvolumeRecord> bare = new ArrayList<>();
      for (Plan plan : plans) {
        bare.add(prepare(plan));
      }
      List<SubvolumeRecord> made =
          catalog.change(
              edit -> {
                List<SubvolumeRecord> all = new ArrayList<>();
                for (Plan plan : plans) {
                  all.add(make(edit, bare.get(all.size()), plan.lowers));
                }
                return all;
              });
      if (!made.getFirst().throwaway()) {
        catalog.sync();
      }
      return made.getFirst();
    } catch (IOException | RuntimeException e) {
      abandon(plans, e);
      throw e;
    }
  }

  /** Makes the keys of one; what unlocks it is durable when this returns. */
  private SubvolumeRecord prepare(Plan plan) throws IOException {
    UUID id = plan.id();
    keyring.create(id);
    Optional<byte[]> keyFile = plan.protection.of(id);
    if (keyFile.isPresent()) {
      parts.keySlots().write(id, keyFile.get());
    }
    return new SubvolumeRecord(
        id, plan.name(), plan.base(), Instant.now(), keyFile.isEmpty(), false, List.of());
  }

  /** Also undoes a creation that is in the catalog but could not be made durable. */
  private void abandon(List<Plan> plans, Exception reason) {
    plans.forEach(plan -> keyring.drop(plan.id()));
    try {
      Optional<SubvolumeRecord> made = catalog.subvolume(plans.getFirst().id());
      if (made.isPresent()) {
        eraser.destroy(made.get());
        return;
      }
      for (Plan plan : plans) {
        parts.keySlots().erase(plan.id());
      }
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }

  private SubvolumeRecord make(CatalogEdit edit, SubvolumeRecord bare, LowersSource source)
      throws IOException {
    if (catalog.living().anyMatch(other -> other.name().equals(bare.name()))) {
      throw new AlreadyExistsException("There is a subvolume " + bare.name() + " already.");
    }
    List<SubvolumeRecord.Level> stack = new ArrayList<>();
    UUID upper = UUID.randomUUID();
    byte[] wrappedKey = keyring.newLayerKey(bare.id(), upper);
    stack.add(
        new SubvolumeRecord.Level(
            Lowers.newLayer(edit, upper, LayerRecord.Kind.ENCRYPTED, List.of()), wrappedKey));
    stack.addAll(source.in(edit, bare.id()));
    SubvolumeRecord made = bare.with(List.copyOf(stack));
    edit.put(made);
    return made;
  }
}
