package ctrenc.daemon.fake;

import ctrenc.overlay.nest.Limits;
import ctrenc.overlay.nest.Usage;
import ctrenc.overlay.subvolume.BoundedLimits;
import ctrenc.overlay.subvolume.Quotas;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Quotas of subvolumes in which nothing is nested. */
record FakeQuotas(Map<UUID, Limits> limits) implements Quotas {

  private static final Usage USED = new Usage(8192, 2);

  @Override
  public List<Quota> list(UUID top) {
    Limits most = limits.getOrDefault(top, Limits.NONE);
    return List.of(new Quota(top, Optional.empty(), USED, USED, most));
  }

  @Override
  public List<Holding> holdings(UUID top) {
    Share held = new Share(4096, 0);
    return List.of(new Holding(top, held, held));
  }

  @Override
  public void limit(UUID id, Change change) throws IOException {
    Limits before = limits.getOrDefault(id, Limits.NONE);
    limits.put(id, change.of(new BoundedLimits(before, Limits.NONE)).limits());
  }
}
