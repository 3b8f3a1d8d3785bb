package ctrenc.overlay.subvolume;

import ctrenc.overlay.nest.Limits;
import ctrenc.overlay.nest.Usage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The quotas in a store's catalog. Thread-safe. */
final class StoredQuotas implements Quotas {

  private final Catalog catalog;
  private final NestCatalog nests;
  private final StackUsage usage;
  private final OpenTrees trees;
  private final LayerHoldings holdings;

  StoredQuotas(StackTools tools, OpenTrees trees) {
    this.catalog = tools.catalog();
    this.nests = tools.nests();
    this.usage = new StackUsage(tools);
    this.trees = trees;
    this.holdings = new LayerHoldings(tools.parts(), catalog, nests);
  }

  @Override
  public List<Quota> list(UUID top) throws IOException {
    List<UUID> all = new ArrayList<>(List.of(catalog.requireLiving(top).id()));
    nests.within(top).forEach(nest -> all.add(nest.id()));
    Map<UUID, Usage> own = new HashMap<>();
    for (UUID id : all) {
      own.put(id, usage.of(id));
    }
    Map<UUID, Usage> sums = new HashMap<>(own);
    for (UUID id : all.subList(1, all.size()).reversed()) {
      sums.merge(parent(id).orElseThrow(), sums.getOrDefault(id, Usage.NOTHING), Usage::plus);
    }
    return all.stream()
        .map(
            id ->
                new Quota(
                    id,
                    parent(id),
                    own.getOrDefault(id, Usage.NOTHING),
                    sums.getOrDefault(id, Usage.NOTHING),
                    nests.limits(id)))
        .toList();
  }

  @Override
  public List<Holding> holdings(UUID top) throws IOException {
    return holdings.of(top);
  }

  private Optional<UUID> parent(UUID id) {
    return nests.find(id).map(NestRecord::parent);
  }

  @Override
  public void limit(UUID id, Change change) throws IOException {
    Limits limits =
        catalog.change(
            edit -> {
              UUID living = catalog.requireLiving(id).id();
              BoundedLimits changed = change.of(nests.bounded(living));
              nests.put(edit, living, changed);
              return changed.limits();
            });
    catalog.sync();
    trees.find(nests.rootOf(id)).ifPresent(tree -> tree.limit(id, limits));
  }
}
