package ctrenc.overlay.subvolume;

import ctrenc.crypto.protector.Protector;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The KEKs of subvolumes that are in use although the process that unlocked them died: each as
 * {@link Subvolumes#handOver} gave it, and what opens them. They are unlocked when the store is
 * opened; a throwaway subvolume whose KEK nobody inherits is removed.
 */
public record Inheritance(List<Protector> held, Map<UUID, byte[]> keks) {

  public static Inheritance none() {
    return new Inheritance(List.of(), Map.of());
  }
}
