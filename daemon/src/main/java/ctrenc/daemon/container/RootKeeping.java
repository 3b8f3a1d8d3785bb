package ctrenc.daemon.container;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import ctrenc.crypto.protector.Protector;
import ctrenc.daemon.log.FactLog;
import ctrenc.overlay.fuse.Mount;
import ctrenc.overlay.keeper.DescriptorKeeping;
import ctrenc.overlay.ring.NestedMembers;
import ctrenc.overlay.ring.RootMemory;
import ctrenc.overlay.subvolume.Inheritance;
import ctrenc.overlay.subvolume.Subvolumes;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.SystemCallException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Lets shown roots outlive this process. Under a container's id are kept the descriptors of its
 * mount, and last that of its memory.
 */
public final class RootKeeping {

  private static final FactLog LOG = FactLog.of(RootKeeping.class);

  private final DescriptorKeeping keeping;
  private final Subvolumes subvolumes;
  private final Protector heir;

  /** {@code heir} opens, in the next daemon, the keys that roots leave in their memory. */
  public RootKeeping(DescriptorKeeping keeping, Subvolumes subvolumes, Protector heir) {
    this.keeping = keeping;
    this.subvolumes = subvolumes;
    this.heir = heir;
  }

  /** What a daemon that died left of one root. */
  record Left(List<Descriptor> mount, Descriptor memory) {

    static Left of(List<Descriptor> kept) {
      int last = kept.size() - 1;
      return new Left(List.copyOf(kept.subList(0, last)), kept.get(last));
    }
  }

  /** The keys of the roots that an earlier daemon left. */
  public static Inheritance inheritance(Map<String, List<Descriptor>> left, Protector heir)
      throws IOException {
    Map<UUID, byte[]> keks = new HashMap<>();
    Map<UUID, byte[]> nested = new HashMap<>();
    for (List<Descriptor> kept : left.values()) {
      RootMemory.keyIn(kept.getLast()).ifPresent(key -> keks.put(key.owner(), key.wrapped()));
      RootMemory.nestedIn(kept.getLast()).stream()
          .filter(NestedMembers.Entry::hasKey)
          .forEach(one -> nested.put(one.id(), one.key()));
    }
    return new Inheritance(List.of(heir), keks, nested);
  }

  /** Memory for a root that is about to be shown; none where it would end with this process. */
  Optional<RootMemory> memory() throws SystemCallException {
    return keeping.outlives() ? Optional.of(RootMemory.create()) : Optional.empty();
  }

  /** Keeps a root that is shown now. */
  @GuardedBy("container.guard")
  void keep(ManagedContainer container, Mount mount, RootMemory memory) throws IOException {
    container.memory = Optional.of(memory);
    List<Descriptor> kept = new ArrayList<>(mount.descriptors());
    if (!kept.isEmpty()) {
      UUID subvolume = container.identity.subvolume();
      memory.leave(new RootMemory.KeyOf(subvolume, subvolumes.handOver(subvolume, heir)));
      kept.add(memory.file());
      keeping.keep(container.id(), kept);
    }
  }

  /** Lets go of a root that is not shown any more, and whose filesystem is closed. */
  @GuardedBy("container.guard")
  void letGo(ManagedContainer container) {
    keeping.drop(container.id());
    if (container.memory.isPresent()) {
      close(container.memory.get());
      container.memory = Optional.empty();
    }
  }

  static void close(RootMemory memory) {
    try {
      memory.close();
    } catch (SystemCallException e) {
      LOG.failed("memory of a root could not be given back", e);
    }
  }

  /** Gives up what an earlier daemon left of a root, by which the kernel ends its mount. */
  void giveUp(String container, Left left) {
    keeping.drop(container);
    for (Descriptor descriptor : left.mount) {
      close(descriptor);
    }
    close(left.memory);
  }

  private static void close(Descriptor descriptor) {
    try {
      descriptor.close();
    } catch (SystemCallException e) {
      LOG.failed("a descriptor could not be closed", e);
    }
  }
}
