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

  /**
   * A snapshot of a nested subvolume that is part of another one, and where it hangs there.
   *
   * @param keepsKeys what is made of it has the same KEK, and opens by what opened that
   */
  record Part(NestRecord nest, SnapshotRecord snapshot, boolean keepsKeys) {}

  private final StoreParts parts;
  private final Catalog catalog;
  private final NestCatalog nests;
  private final Keyring keyring;
  private final Arrivals arrivals;
  private final SubvolumeEraser eraser;
  private final Lowers lowers;

  SubvolumeMaker(
      StoreParts parts,
      Catalog catalog,
      NestCatalog nests,
      Keyring keyring,
      Arrivals arrivals,
      SubvolumeEraser eraser) {
    this.parts = parts;
    this.catalog = catalog;
    this.nests = nests;
    this.keyring = keyring;
    this.arrivals = arrivals;
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
    List<SubvolumePlan> plans = new ArrayList<>();
    SubvolumeRecord origin = catalog.requireLiving(snapshot.subvolume());
    plans.add(
        new SubvolumePlan(
            ids.of(snapshot.id()),
            name,
            origin.base(),
            protectedBy(protectors.stream().map(List::of).toList()),
            (edit, made) -> lowers.shared(edit, origin.id(), made, snapshot.stack()),
            Optional.empty()));
    for (Part part : nested) {
      NestRecord nest = part.nest.as(ids.of(part.nest.id()), ids.of(part.nest.parent()));
      SubvolumeRecord former = catalog.requireLiving(part.snapshot.subvolume());
      plans.add(
          part.keepsKeys
              ? keepingPlan(nest, former, part.snapshot)
              : nestPlan(
                  nest,
                  former.base(),
                  protectors.isEmpty(),
                  (edit, made) -> lowers.shared(edit, former.id(), made, part.snapshot.stack())));
    }
    return make(plans);
  }

  /** No key is used for it: an upper is pushed on it when it is used, and its KEK in memory. */
  private SubvolumePlan keepingPlan(
      NestRecord nest, SubvolumeRecord former, SnapshotRecord snapshot) {
    return new SubvolumePlan(
        nest.id(),
        nest.id().toString(),
        former.base(),
        id -> Optional.of(parts.keySlots().read(former.id())),
        (edit, made) -> {
          nests.put(edit, nest);
          for (SubvolumeRecord.Level level : snapshot.stack()) {
            edit.retain(level.layer());
          }
          return snapshot.stack();
        },
        Optional.of(former.id()));
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

  private SubvolumePlan nestPlan(
      NestRecord nest, Base base, boolean throwaway, SubvolumePlan.LowersSource source) {
    return new SubvolumePlan(
        nest.id(),
        nest.id().toString(),
        base,
        id -> throwaway ? Optional.empty() : Optional.of(keyring.nested(nest.parent(), id)),
        (edit, made) -> {
          nests.put(edit, nest);
          return source.in(edit, made);
        },
        Optional.empty());
  }

  private SubvolumePlan.Protection protectedBy(List<List<Protector>> anyOf) {
    return id -> anyOf.isEmpty() ? Optional.empty() : Optional.of(keyring.protect(id, anyOf));
  }

  private SubvolumeRecord make(
      String name, Base base, List<List<Protector>> anyOf, SubvolumePlan.LowersSource source)
      throws IOException {
    CatalogNames.check(name);
    return make(
        List.of(
            new SubvolumePlan(
                UUID.randomUUID(), name, base, protectedBy(anyOf), source, Optional.empty())));
  }

  /**
   * Makes all, of which the first has the others nested in it, in one change; returns the first.
   */
  private SubvolumeRecord make(List<SubvolumePlan> plans) throws IOException {
    try {
      List<SubvolumeRecord> bare = new ArrayList<>();
      for (SubvolumePlan plan : plans) {
        bare.add(prepare(plan));
      }
      List<SubvolumeRecord> made =
          catalog.change(
              edit -> {
                List<SubvolumeRecord> all = new ArrayList<>();
                for (SubvolumePlan plan : plans) {
                  all.add(make(edit, bare.get(all.size()), plan));
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
  private SubvolumeRecord prepare(SubvolumePlan plan) throws IOException {
    UUID id = plan.id();
    if (plan.keysOf().isPresent()) {
      arrivals.arrive(id, arrivals.owner(plan.keysOf().get()));
    } else {
      keyring.create(id);
    }
    Optional<byte[]> keyFile = plan.protection().of(id);
    if (keyFile.isPresent()) {
      parts.keySlots().write(id, keyFile.get());
    }
    return new SubvolumeRecord(
        id, plan.name(), plan.base(), Instant.now(), keyFile.isEmpty(), false, List.of());
  }

  /** Also undoes a creation that is in the catalog but could not be made durable. */
  private void abandon(List<SubvolumePlan> plans, Exception reason) {
    plans.forEach(plan -> keyring.drop(plan.id()));
    try {
      Optional<SubvolumeRecord> made = catalog.subvolume(plans.getFirst().id());
      if (made.isPresent()) {
        eraser.destroy(made.get());
        return;
      }
      for (SubvolumePlan plan : plans) {
        parts.keySlots().erase(plan.id());
        arrivals.forget(plan.id());
      }
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }

  private SubvolumeRecord make(CatalogEdit edit, SubvolumeRecord bare, SubvolumePlan plan)
      throws IOException {
    if (catalog.living().anyMatch(other -> other.name().equals(bare.name()))) {
      throw new AlreadyExistsException("There is a subvolume " + bare.name() + " already.");
    }
    List<SubvolumeRecord.Level> stack = new ArrayList<>();
    if (plan.keysOf().isEmpty()) {
      UUID upper = UUID.randomUUID();
      byte[] wrappedKey = keyring.newLayerKey(bare.id(), upper);
      stack.add(
          new SubvolumeRecord.Level(
              Lowers.newLayer(edit, upper, LayerRecord.Kind.ENCRYPTED, List.of()), wrappedKey));
    }
    stack.addAll(plan.lowers().in(edit, bare.id()));
    SubvolumeRecord made = bare.with(List.copyOf(stack));
    edit.put(made);
    return made;
  }
}
