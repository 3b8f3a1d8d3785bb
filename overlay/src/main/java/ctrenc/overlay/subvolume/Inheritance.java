package ctrenc.overlay.subvolume;

import ctrenc.crypto.protector.Protector;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The KEKs of subvolumes that are in use although the process that unlocked them died: each as
 * {@link Subvolumes#handOver} gave it, and what opens them. They are unlocked when the store is
 * opened; a throwaway subvolume whose KEK nobody inherits is removed, with all that is nested in
 * it.
 *
 * @param nested the KEKs of nested ones, under that of what each is nested in
 */
public record Inheritance(List<Protector> held, Map<UUID, byte[]> keks, Map<UUID, byte[]> nested) {

  public static Inheritance none() {
    return new Inheritance(List.of(), Map.of(), Map.of());
  }

  /** Those whose KEK was not in the memory of the dead process alone. */
  Set<UUID> alive() {
    Set<UUID> alive = new HashSet<>(keks.keySet());
    alive.addAll(nested.keySet());
    return alive;
  }
}
