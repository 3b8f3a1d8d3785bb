package ctrenc.daemon.container;

import ctrenc.daemon.refusal.RefusedException;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The containers by name and id. A name is reserved before its container is made, so that two
 * callers cannot have it. Thread-safe.
 */
final class ContainerRegistry {

  private static final int SHORTEST_PREFIX = 2;

  private final Map<String, ManagedContainer> byId = new LinkedHashMap<>();
  private final Set<String> names = new HashSet<>();

  synchronized void reserve(String name) throws RefusedException {
    requireFree(name);
    names.add(name);
  }

  synchronized void requireFree(String name) throws RefusedException {
    if (names.contains(name)) {
      throw RefusedException.taken(
          "A container named "
              + name
              + " exists: choose another name, or remove it with: ctr-enc rm "
              + name);
    }
  }

  synchronized void release(String name) {
    names.remove(name);
  }

  /** Adds a container whose name is reserved. */
  synchronized void add(ManagedContainer container) {
    byId.put(container.id(), container);
  }

  synchronized void remove(ManagedContainer container) {
    byId.remove(container.id());
    names.remove(container.identity.name());
  }

  /** By name, id, or a prefix of the id that only one container has. */
  synchronized ManagedContainer find(String reference) throws RefusedException {
    List<ManagedContainer> named =
        byId.values().stream().filter(c -> c.identity.name().equals(reference)).toList();
    List<ManagedContainer> found = named.isEmpty() ? byPrefix(reference) : named;
    if (found.size() > 1) {
      throw RefusedException.invalid(
          "The id prefix " + reference + " fits " + found.size() + " containers: give more of it.");
    }
    if (found.isEmpty()) {
      throw RefusedException.absent(
          "There is no container " + reference + ": ctr-enc ps lists those there are.");
    }
    return found.getFirst();
  }

  private List<ManagedContainer> byPrefix(String prefix) {
    return prefix.length() < SHORTEST_PREFIX
        ? List.of()
        : byId.values().stream().filter(c -> c.id().startsWith(prefix)).toList();
  }

  synchronized Collection<ManagedContainer> all() {
    return List.copyOf(byId.values());
  }
}
