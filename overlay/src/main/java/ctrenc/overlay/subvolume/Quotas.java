package ctrenc.overlay.subvolume;

import ctrenc.overlay.nest.Limits;
import ctrenc.overlay.nest.Usage;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/** What subvolumes use, and the most that they may. Needs no key. Thread-safe. */
public interface Quotas {

  /**
   * One subvolume.
   *
   * @param parent the one it is nested in
   * @param own what it uses by itself, {@code tree} with all that is nested in it
   * @param limits bound the whole tree
   */
  record Quota(UUID id, Optional<UUID> parent, Usage own, Usage tree, Limits limits) {}

  /**
   * Ciphertext on the disk: what goes when its holder is destroyed, and what stays because others
   * hold it too.
   */
  record Share(long exclusive, long shared) {}

  /**
   * What one subvolume holds with its snapshots, and {@code tree} with all that is nested in it.
   */
  record Holding(UUID id, Share own, Share tree) {}

  /**
   * What a subvolume holds, and all that is nested in it, in the order of {@link #list}. The cost
   * follows the number of layers, not what they hold.
   */
  List<Holding> holdings(UUID top) throws IOException;

  /** A subvolume, and all that is nested in it, each after the one that it is nested in. */
  List<Quota> list(UUID top) throws IOException;

  /** What becomes of limits; what it throws leaves them as they are. */
  @FunctionalInterface
  interface Change {
    BoundedLimits of(BoundedLimits before) throws IOException;
  }

  /** In force, and durable, when this returns; what is used already stays. */
  void limit(UUID id, Change change) throws IOException;

  /** The same, from outside. */
  default void limit(UUID id, Limits limits) throws IOException {
    OptionalLong bytes = OptionalLong.of(limits.bytes());
    OptionalLong inodes = OptionalLong.of(limits.inodes());
    limit(id, before -> before.fromOutside(bytes, inodes));
  }
}
