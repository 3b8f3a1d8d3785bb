package ctrenc.daemon.container;

import ctrenc.daemon.nested.NestedKeys;
import ctrenc.daemon.nested.NestedQuotas;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.nest.Limits;
import ctrenc.overlay.subvolume.BoundedLimits;
import ctrenc.overlay.subvolume.Quotas;
import ctrenc.overlay.subvolume.Subvolumes;
import ctrenc.proto.v1.Quota;
import ctrenc.proto.v1.QuotaRequest;
import ctrenc.proto.v1.QuotaResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * What containers' roots and what is nested in them use, and may use, for those on the host, and
 * for those inside who own what is nested. Thread-safe.
 */
public final class RootQuotas implements NestedQuotas {

  private static final Quotas.Share NOTHING = new Quotas.Share(0, 0);

  private final NestedIds ids;
  private final Quotas quotas;
  private final ContainerRegistry registry;

  RootQuotas(Subvolumes subvolumes, ContainerRegistry registry) {
    this.ids = new NestedIds(subvolumes);
    this.quotas = subvolumes.quotas();
    this.registry = registry;
  }

  @Override
  public QuotaResponse quota(NestedKeys.Owned subvolume, QuotaRequest request) throws IOException {
    NestedIds.requireNothingElse(request.getSubvolume());
    UUID id = ids.find(registry.find(subvolume.container()), subvolume);
    return quota(
        request.toBuilder().setReference(subvolume.container()).setSubvolume(id.toString()).build(),
        RootQuotas::fromInside);
  }

  /** For those on the host. */
  public QuotaResponse quota(QuotaRequest request) throws IOException {
    return quota(request, BoundedLimits::fromOutside);
  }

  /** What the limits of a request make of those that were set before. */
  @FunctionalInterface
  private interface Setting {
    BoundedLimits of(BoundedLimits before, OptionalLong bytes, OptionalLong inodes)
        throws IOException;
  }

  private static BoundedLimits fromInside(
      BoundedLimits before, OptionalLong bytes, OptionalLong inodes) throws IOException {
    return before
        .fromInside(bytes, inodes)
        .orElseThrow(
            () ->
                RefusedException.conflict(
                    "The host lets this subvolume have at most %s: ask for no more."
                        .formatted(shown(before.bound()))));
  }

  private static String shown(Limits bound) {
    List<String> most = new ArrayList<>();
    if (bound.bytes() != 0) {
      most.add(bound.bytes() + " bytes");
    }
    if (bound.inodes() != 0) {
      most.add(bound.inodes() + " inodes");
    }
    return String.join(" and ", most);
  }

  private QuotaResponse quota(QuotaRequest request, Setting setting) throws IOException {
    return RootMoves.with(
        registry.find(request.getReference()),
        container -> {
          UUID asked = find(container.identity.subvolume(), request);
          if (request.hasLimitBytes() || request.hasLimitInodes()) {
            limit(asked, request, setting);
          }
          QuotaResponse.Builder answer = QuotaResponse.newBuilder();
          Map<UUID, Quotas.Holding> held = new HashMap<>();
          quotas.holdings(asked).forEach(holding -> held.put(holding.id(), holding));
          for (Quotas.Quota quota : quotas.list(asked)) {
            answer.addQuotas(view(quota, Optional.ofNullable(held.get(quota.id()))));
          }
          return answer.build();
        });
  }

  private UUID find(UUID root, QuotaRequest request) throws IOException {
    String wanted = request.getSubvolume();
    if (wanted.isEmpty()) {
      return root;
    }
    List<UUID> found =
        quotas.list(root).stream()
            .map(Quotas.Quota::id)
            .filter(id -> id.toString().startsWith(wanted))
            .toList();
    if (found.size() != 1) {
      throw RefusedException.absent(
          "No one subvolume of "
              + request.getReference()
              + " has an id that starts with "
              + wanted
              + ": ctr-enc quota "
              + request.getReference()
              + " lists them.");
    }
    return found.getFirst();
  }

  private void limit(UUID asked, QuotaRequest request, Setting setting) throws IOException {
    if (request.getLimitBytes() < 0 || request.getLimitInodes() < 0) {
      throw RefusedException.invalid("A limit is not negative; 0 takes it away.");
    }
    OptionalLong bytes =
        request.hasLimitBytes() ? OptionalLong.of(request.getLimitBytes()) : OptionalLong.empty();
    OptionalLong inodes =
        request.hasLimitInodes() ? OptionalLong.of(request.getLimitInodes()) : OptionalLong.empty();
    quotas.limit(asked, before -> setting.of(before, bytes, inodes));
  }

  /** One that was made since what is held was looked at holds nothing yet. */
  private static Quota view(Quotas.Quota quota, Optional<Quotas.Holding> held) {
    Quotas.Share own = held.map(Quotas.Holding::own).orElse(NOTHING);
    Quotas.Share tree = held.map(Quotas.Holding::tree).orElse(NOTHING);
    return Quota.newBuilder()
        .setSubvolume(quota.id().toString())
        .setParent(quota.parent().map(UUID::toString).orElse(""))
        .setBytes(quota.own().bytes())
        .setInodes(quota.own().inodes())
        .setTreeBytes(quota.tree().bytes())
        .setTreeInodes(quota.tree().inodes())
        .setLimitBytes(quota.limits().bytes())
        .setLimitInodes(quota.limits().inodes())
        .setExclusiveBytes(own.exclusive())
        .setSharedBytes(own.shared())
        .setTreeExclusiveBytes(tree.exclusive())
        .setTreeSharedBytes(tree.shared())
        .build();
  }
}
