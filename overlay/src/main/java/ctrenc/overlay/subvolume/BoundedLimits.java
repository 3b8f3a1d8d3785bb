package ctrenc.overlay.subvolume;

import ctrenc.overlay.nest.Limits;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The limits of a subvolume, and how far whoever owns it inside of a container may raise them.
 * Thread-safe.
 *
 * @param limits those in force
 * @param bound what was last set from outside; 0 bounds nobody
 */
public record BoundedLimits(Limits limits, Limits bound) {

  public static final BoundedLimits NONE = new BoundedLimits(Limits.NONE, Limits.NONE);

  /** From outside: what is given is in force, whatever was set inside, and bounds those inside. */
  public BoundedLimits fromOutside(OptionalLong bytes, OptionalLong inodes) {
    return new BoundedLimits(
        new Limits(bytes.orElse(limits.bytes()), inodes.orElse(limits.inodes())),
        new Limits(bytes.orElse(bound.bytes()), inodes.orElse(bound.inodes())));
  }

  /**
   * From inside: what is given is in force, and 0 is as much as the bound leaves. Empty if that is
   * more than the bound.
   */
  public Optional<BoundedLimits> fromInside(OptionalLong bytes, OptionalLong inodes) {
    if (passes(bytes, bound.bytes()) || passes(inodes, bound.inodes())) {
      return Optional.empty();
    }
    Limits wanted =
        new Limits(
            within(bytes.orElse(limits.bytes()), bound.bytes()),
            within(inodes.orElse(limits.inodes()), bound.inodes()));
    return Optional.of(new BoundedLimits(wanted, bound));
  }

  private static boolean passes(OptionalLong wanted, long bound) {
    return bound != 0 && wanted.orElse(0) > bound;
  }

  private static long within(long wanted, long bound) {
    return wanted == 0 ? bound : wanted;
  }
}
