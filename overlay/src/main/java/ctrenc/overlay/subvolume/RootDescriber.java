package ctrenc.overlay.subvolume;

import ctrenc.overlay.export.NestedDescription;
import ctrenc.overlay.export.RootDescription;
import ctrenc.overlay.export.SnapshotDescription;
import ctrenc.overlay.export.TreeDescription;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Says of snapshots what goes with them when they are moved, in the words of the formats that carry
 * them.
 *
 * @param known layers that the receiver has already, by their numbers here
 */
record RootDescriber(StackKeeping stacks, Set<Long> known) {

  /** Of one, and of what is nested in it. */
  TreeDescription describe(SentSnapshots sent) throws IOException {
    List<UUID> order = new ArrayList<>(List.of(sent.top().id()));
    List<UUID> owners = new ArrayList<>(List.of(sent.top().subvolume()));
    List<NestedDescription> nested = new ArrayList<>();
    for (SentSnapshots.Part part : sent.parts()) {
      NestRecord nest = part.nest();
      nested.add(
          new NestedDescription(
              order.indexOf(nest.parent()),
              nest.anchor(),
              nest.place(),
              describe(part.snapshot())));
      order.add(nest.id());
      owners.add(part.snapshot().subvolume());
    }
    return new TreeDescription(
        describe(sent.top()), List.copyOf(nested), earlier(sent.earlier(), owners));
  }

  /**
   * Earlier snapshots, each with its parts behind it.
   *
   * @param owners the subvolumes that come, the root first
   */
  private List<SnapshotDescription> earlier(List<SentSnapshots> earlier, List<UUID> owners)
      throws IOException {
    List<UUID> order = new ArrayList<>();
    List<SnapshotDescription> all = new ArrayList<>();
    for (SentSnapshots one : earlier) {
      order.add(one.top().id());
      all.add(SnapshotDescription.ofRoot(describe(one.top())));
      for (SentSnapshots.Part part : one.parts()) {
        NestRecord nest = part.nest();
        order.add(nest.id());
        all.add(
            new SnapshotDescription(
                owners.indexOf(part.snapshot().subvolume()),
                order.indexOf(nest.parent()) + 1,
                nest.anchor(),
                nest.place(),
                describe(part.snapshot())));
      }
    }
    return List.copyOf(all);
  }

  RootDescription describe(SnapshotRecord snapshot) throws IOException {
    SubvolumeRecord owner = stacks.catalog().requireLiving(snapshot.subvolume());
    if (owner.throwaway()) {
      throw new UnmovableException(
          "The root's key is in memory alone, and nothing would open it elsewhere: fork it with"
              + " --keep, and send that.");
    }
    List<RootDescription.Level> levels = new ArrayList<>();
    for (SubvolumeRecord.Level level : snapshot.stack()) {
      levels.add(describe(level));
    }
    return new RootDescription(
        stacks.arrivals().owner(owner.id()),
        owner.name(),
        snapshot.name(),
        snapshot.created(),
        imageName(owner),
        stacks.parts().keySlots().read(owner.id()),
        List.copyOf(levels));
  }

  private RootDescription.Level describe(SubvolumeRecord.Level level) throws IOException {
    LayerRecord layer = stacks.catalog().layer(level.layer());
    if (layer.part()) {
      // A receiver knows layers by their ids alone, which those of a part share with the whole.
      throw new UnmovableException(
          "The root stands on a part of what was backed up, which would be taken for the whole elsewhere: flatten it, and take what it is then.");
    }
    return switch (layer.kind()) {
      case HOST_TREE ->
          throw new UnmovableException(
              "The root stands on the directory "
                  + layer.trees().getFirst()
                  + " of this machine, which is not sent: only roots on an image, or on nothing, can be.");
      case SHARED_TREES ->
          throw new UnmovableException(
              "The root stands on layers that containerd keeps, which are not sent: only roots on an image, or on nothing, can be.");
      case IMAGE_TREES -> new RootDescription.Level.Plain(stacks.identities().of(layer));
      case ENCRYPTED ->
          known.contains(layer.number())
              ? new RootDescription.Level.Known(layer.id(), level.wrappedKey())
              : new RootDescription.Level.Carried(layer.id(), level.wrappedKey());
    };
  }

  private Optional<RootDescription.ImageName> imageName(SubvolumeRecord owner) {
    return owner.base() instanceof Base.Image(UUID image)
        ? stacks
            .catalog()
            .image(image)
            .map(ImageRecord::info)
            .map(info -> new RootDescription.ImageName(info.name(), info.digest()))
        : Optional.empty();
  }
}
