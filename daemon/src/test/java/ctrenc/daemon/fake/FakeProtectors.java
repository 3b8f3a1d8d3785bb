package ctrenc.daemon.fake;

import ctrenc.crypto.protector.Protector;
import ctrenc.crypto.protector.ProtectorType;
import ctrenc.crypto.protector.WrappedSecretProtector;
import ctrenc.overlay.subvolume.Protectors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Remembers the types of protectors, and nothing of what they hold. Thread-safe. */
final class FakeProtectors implements Protectors {

  private final Map<UUID, List<List<Optional<ProtectorType>>>> groups = new HashMap<>();

  @Override
  public synchronized List<List<Optional<ProtectorType>>> list(UUID subvolume) {
    return List.copyOf(of(subvolume));
  }

  @Override
  public List<WrappedSecretProtector.Wrapped> wrappedSecrets(UUID subvolume) {
    return List.of();
  }

  @Override
  public synchronized void add(UUID subvolume, List<Protector> allOf) {
    of(subvolume).add(types(allOf));
  }

  @Override
  public synchronized void replace(UUID subvolume, int group, List<Protector> allOf) {
    of(subvolume).set(group, types(allOf));
  }

  @Override
  public synchronized void remove(UUID subvolume, int group) {
    of(subvolume).remove(group);
  }

  private List<List<Optional<ProtectorType>>> of(UUID subvolume) {
    return groups.computeIfAbsent(
        subvolume, id -> new ArrayList<>(List.of(List.of(Optional.of(ProtectorType.MACHINE_KEY)))));
  }

  private static List<Optional<ProtectorType>> types(List<Protector> allOf) {
    return allOf.stream().map(protector -> Optional.of(protector.type())).toList();
  }

  @Override
  public void watchKeys(Runnable watcher) {
    // Its keys are no keys.
  }
}
