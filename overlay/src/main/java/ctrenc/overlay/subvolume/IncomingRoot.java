package ctrenc.overlay.subvolume;

import ctrenc.overlay.export.NestedDescription;
import ctrenc.overlay.export.RootDescription;
import ctrenc.overlay.export.TreeDescription;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * A root that is made of what comes from elsewhere. Its layers are being built until everything is
 * there; one catalog change then makes the root, its snapshot, and the layers live. Not
 * thread-safe.
 */
final class IncomingRoot {

  private final StackKeeping stacks;
  private final StoreParts parts;
  private final Catalog catalog;
  private final String name;
  private final UUID id = UUID.randomUUID();

  private final IncomingLayers layers;

  /** Those whose key files may be there. */
  private final List<UUID> showing = new ArrayList<>(1);

  IncomingRoot(StackKeeping stacks, String name) {
    this.stacks = stacks;
    this.parts = stacks.parts();
    this.catalog = stacks.catalog();
    this.name = name;
    this.layers = new IncomingLayers(stacks);
  }

  void requireFree() throws AlreadyExistsException {
    if (catalog.living().anyMatch(other -> other.name().equals(name))) {
      throw new AlreadyExistsException("There is a subvolume " + name + " already.");
    }
  }

  IncomingLayers layers() {
    return layers;
  }

  /**
   * The root, then what is nested in it, of which everything is here that does not come.
   *
   * @param local finds what is here, for each of them anew
   */
  List<Newcomer> newcomers(TreeDescription tree, Supplier<LocalLayers> local) throws IOException {
    Keyring.decode(tree.root().owner(), tree.root().protectors());
    List<Newcomer> newcomers = new ArrayList<>();
    newcomers.add(Newcomer.root(id, name, tree.root(), local.get()));
    for (NestedDescription nested : tree.nested()) {
      RootDescription subvolume = nested.subvolume();
      Keyring.requireWholeNested(subvolume.owner(), subvolume.protectors());
      UUID parent = newcomers.get(nested.parent()).id();
      newcomers.add(Newcomer.nested(nested, parent, local.get()));
    }
    return newcomers;
  }

  /**
   * Everything is there: it is made durable, and shows by one change.
   *
   * @param newcomers the root, then those that are nested in it, each after what it hangs in
   * @param earlier snapshots of theirs
   */
  Transfers.Received show(List<Newcomer> newcomers, List<EarlierSnapshot> earlier)
      throws IOException {
    for (Newcomer one : newcomers) {
      showing.add(one.id());
      parts.keySlots().write(one.id(), one.description().protectors());
      stacks.arrivals().arrive(one.id(), one.description().owner());
    }
    FreshIds snapshots = new FreshIds();
    list(newcomers, earlier, snapshots);
    Newcomer top = newcomers.getFirst();
    SubvolumeRecord made = catalog.requireLiving(id);
    SubvolumeInfo info = new SubvolumeInfo(id, name, made.base(), false, false, made.created());
    RootDescription root = top.description();
    SnapshotInfo kept = new SnapshotInfo(snapshots.of(id), id, root.snapshot(), root.taken());
    return new Transfers.Received(
        info,
        root.name(),
        kept,
        top.image().map(ImageRecord::info),
        newcomers.size() - 1,
        (int) earlier.stream().filter(one -> one.owner().equals(id)).count());
  }

  /** Everything that was stored is durable first. */
  private void list(List<Newcomer> newcomers, List<EarlierSnapshot> earlier, FreshIds snapshots)
      throws IOException {
    parts.meta().sync();
    catalog.change(
        edit -> {
          requireFree();
          for (LayerRecord layer : layers.built()) {
            edit.put(layer.in(LayerRecord.State.LIVE, 0));
          }
          for (Newcomer one : newcomers) {
            list(edit, one, snapshots);
          }
          for (EarlierSnapshot one : earlier) {
            list(edit, one);
          }
          return newcomers;
        });
    catalog.sync();
  }

  private void list(CatalogEdit edit, Newcomer one, FreshIds snapshots) throws IOException {
    List<SubvolumeRecord.Level> stack = held(edit, one.levels());
    held(edit, one.levels());
    edit.put(one.subvolume(stack));
    SnapshotRecord snapshot = one.snapshot(snapshots.of(one.id()), stack);
    edit.put(snapshot);
    if (one.nest().isPresent()) {
      NestRecord nest = one.nest().get();
      stacks.tools().nests().put(edit, nest);
      stacks.tools().nests().putPart(edit, nest.as(snapshot.id(), snapshots.of(nest.parent())));
    }
  }

  private void list(CatalogEdit edit, EarlierSnapshot one) throws IOException {
    edit.put(one.record(held(edit, one.levels())));
    if (one.nest().isPresent()) {
      stacks.tools().nests().putPart(edit, one.nest().get());
    }
  }

  /** A stack by the numbers that its layers have here; each is held once more. */
  private List<SubvolumeRecord.Level> held(CatalogEdit edit, List<LocalLayers.Found> levels)
      throws IOException {
    List<SubvolumeRecord.Level> stack = new ArrayList<>();
    for (LocalLayers.Found level : levels) {
      long number = layers.number(level);
      requireThere(number);
      edit.retain(number);
      stack.add(new SubvolumeRecord.Level(number, level.wrappedKey()));
    }
    return List.copyOf(stack);
  }

  /** What was found at the beginning may have been removed meanwhile. */
  private void requireThere(long number) throws UnmovableException {
    boolean isThere =
        catalog.layers().stream()
            .filter(layer -> layer.number() == number)
            .anyMatch(layer -> layer.state() != LayerRecord.State.DOOMED);
    if (!isThere) {
      throw new UnmovableException(
          "A layer that the root stands on was removed meanwhile; send the whole root.");
    }
  }

  /** Nothing stays of what did not come whole. */
  void abandon() throws IOException {
    for (UUID one : showing) {
      parts.keySlots().erase(one);
      stacks.arrivals().forget(one);
    }
    if (catalog.subvolume(id).isEmpty()) {
      layers.remove();
    }
  }
}
