package ctrenc.overlay.subvolume;

import ctrenc.overlay.export.RootDescription;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Finds what of an arriving root a store has already. Not thread-safe. */
final class LocalLayers {

  private static final UUID NONE = new UUID(0, 0);

  /**
   * A level of the root's stack.
   *
   * @param id NONE for a layer of an image
   * @param number in this store, where it is here already
   * @param isCarried its records and extents come in the stream
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed over, never compared.
  record Found(UUID id, Optional<Long> number, byte[] wrappedKey, boolean isCarried) {}

  private final StackKeeping stacks;
  private final Catalog catalog;
  private final Kept kept;
  private final boolean sharesNone;
  private Optional<ImageRecord> image = Optional.empty();

  /** Finds layers that came before their stream was cut. */
  interface Kept {
    /** The number of one that is here as a whole. */
    Optional<Long> whole(UUID layer) throws IOException;
  }

  LocalLayers(StackKeeping stacks, Kept kept) {
    this(stacks, kept, false);
  }

  private LocalLayers(StackKeeping stacks, Kept kept, boolean sharesNone) {
    this.kept = kept;
    this.sharesNone = sharesNone;
    this.stacks = stacks;
    this.catalog = stacks.catalog();
  }

  /** Finds images alone: what comes is a part, and what is here of its layers is more, or less. */
  static LocalLayers ofPart(StackKeeping stacks) {
    return new LocalLayers(stacks, layer -> Optional.empty(), true);
  }

  /** The image that the root stands on, once it is found. */
  Optional<ImageRecord> image() {
    return image;
  }

  /** Top first. */
  List<Found> find(RootDescription root) throws IOException {
    List<Found> found = new ArrayList<>();
    for (RootDescription.Level level : root.levels()) {
      found.add(
          switch (level) {
            case RootDescription.Level.Carried(UUID id, byte[] key) ->
                new Found(id, sharesNone ? Optional.empty() : frozen(id), key, true);
            case RootDescription.Level.Known(UUID id, byte[] key) ->
                new Found(id, Optional.of(required(id)), key, false);
            case RootDescription.Level.Plain(byte[] identity) ->
                new Found(NONE, Optional.of(plain(root, identity)), new byte[0], false);
          });
    }
    return found;
  }

  private long required(UUID id) throws IOException {
    Optional<Long> here = frozen(id);
    if (here.isEmpty()) {
      here = kept.whole(id);
    }
    return here.orElseThrow(
        () ->
            new UnmovableException(
                "What comes goes on from an earlier snapshot, which is not here: receive or restore"
                    + " that first, or take the whole root."));
  }

  /** A layer that is here as a whole and does not grow. */
  Optional<Long> frozen(UUID id) throws UnmovableException {
    Optional<LayerRecord> here =
        catalog.layers().stream()
            .filter(layer -> layer.id().equals(id) && !layer.part())
            .filter(layer -> layer.state() == LayerRecord.State.LIVE)
            .findFirst();
    if (here.isPresent() && isGrowing(stacks, here.get().number())) {
      throw new UnmovableException(
          "This store has layer "
              + id
              + " of the root already, and goes on writing to it: it is a copy of the store that"
              + " the stream comes from. Receive it elsewhere.");
    }
    return here.map(LayerRecord::number);
  }

  /** Whether a subvolume goes on writing to a layer. */
  static boolean isGrowing(StackKeeping stacks, long layer) {
    return stacks
        .catalog()
        .living()
        .filter(one -> one.stack().getFirst().layer() == layer)
        .anyMatch(one -> !stacks.arrivals().isFrozen(one.id()));
  }

  private long plain(RootDescription root, byte[] identity) throws IOException {
    List<ImageRecord> likely = new ArrayList<>(catalog.images());
    likely.sort((one, other) -> Boolean.compare(isNamed(root, other), isNamed(root, one)));
    for (ImageRecord candidate : likely) {
      for (long number : candidate.layers()) {
        LayerRecord layer = catalog.layer(number);
        byte[] here = stacks.identities().of(layer);
        if (Arrays.equals(here, identity)) {
          image = Optional.of(candidate);
          return number;
        }
      }
    }
    String name = root.image().map(RootDescription.ImageName::name).orElse("that has no name");
    String digest = root.image().map(RootDescription.ImageName::digest).orElse("");
    throw new UnmovableException(
        "The root stands on the image %s%s, which is not here, or not in the same state: import it first."
            .formatted(name, digest.isEmpty() ? "" : " (" + digest + ")"));
  }

  private static boolean isNamed(RootDescription root, ImageRecord candidate) {
    return root.image()
        .filter(
            named ->
                named.name().equals(candidate.info().name())
                    || (!named.digest().isEmpty()
                        && named.digest().equals(candidate.info().digest())))
        .isPresent();
  }
}
