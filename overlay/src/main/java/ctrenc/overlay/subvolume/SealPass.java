package ctrenc.overlay.subvolume;

import ctrenc.overlay.audit.Finding;
import ctrenc.overlay.extent.ExtentFault;
import ctrenc.overlay.layer.EncryptedLayer;
import ctrenc.overlay.layer.Layer;
import ctrenc.overlay.layer.SealScrub;
import ctrenc.overlay.layer.SealSink;
import ctrenc.overlay.layer.StateScrub;
import ctrenc.overlay.scrub.ScrubFinding;
import ctrenc.overlay.scrub.ScrubPosition;
import ctrenc.overlay.scrub.ScrubPosition.Step;
import ctrenc.overlay.scrub.ScrubSink;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.Pace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Opens all that a layer holds, if a key for it is in memory. It holds the guard of the subvolume
 * whose key it uses for one part at a time: who wants to lock that waits for the part alone, and
 * ends the pass. Not thread-safe.
 */
final class SealPass implements SealSink {

  /** Bytes opened under one hold of the guard. */
  private static final long PART = 16L << 20;

  private final StackKeeping stacks;
  private final LayerRecord layer;
  private final Pace pace;
  private final ScrubSink sink;
  private final AtomicLong opened = new AtomicLong();
  private final List<DamagedException> failures = new ArrayList<>();
  private final List<OptionalLong> inodes = new ArrayList<>();
  private long next;
  private boolean isLocked;

  /** The layer cannot be opened, or not read: there is nothing to go on with. */
  private boolean isBroken;

  SealPass(StackKeeping stacks, LayerRecord layer, Pace pace, ScrubSink sink) {
    this.stacks = stacks;
    this.layer = layer;
    this.pace = pace;
    this.sink = sink;
  }

  /** What is done with the open layer in one part; false if nothing is left. */
  private interface Work {
    boolean step(EncryptedLayer layer, long budget) throws IOException;
  }

  void run(long fromInode) throws IOException {
    SealScrub scrub = new SealScrub(layer.number(), fromInode, this);
    runAll((opened, budget) -> opened.openSome(scrub, budget));
    if (!isLocked && !isBroken) {
      runState();
    }
    if (isLocked) {
      sink.locked(layer.id());
    }
  }

  private void runState() throws IOException {
    try (StateScrub scrub = new StateScrub(stacks.parts().meta(), layer.number())) {
      runAll((opened, budget) -> opened.sumSome(scrub, budget));
      Optional<String> fault = scrub.fault();
      if (fault.isPresent()) {
        sink.found(ScrubFinding.of(Finding.Kind.STALE, layer.id(), "state root", fault.get()));
      }
    }
  }

  private void runAll(Work work) throws IOException {
    boolean isMore = true;
    while (isMore) {
      isMore = part(work);
      if (!isLocked) {
        long bytes = opened.getAndSet(0);
        pace.moved(bytes);
        sink.verified(new ScrubPosition(layer.number(), Step.SEALS, next), 0);
      }
    }
  }

  private boolean part(Work work) throws IOException {
    for (SubvolumeRecord listed : stacks.catalog().living().toList()) {
      synchronized (stacks.open().guard(listed.id())) {
        Optional<List<SubvolumeRecord.Level>> stack = usable(listed);
        if (stack.isPresent()) {
          return part(work, listed, stack.get());
        }
      }
    }
    isLocked = true;
    return false;
  }

  /** A stack with the layer whose keys are in memory. */
  private Optional<List<SubvolumeRecord.Level>> usable(SubvolumeRecord listed) {
    Optional<SubvolumeRecord> now =
        stacks.catalog().subvolume(listed.id()).filter(one -> !one.doomed());
    if (now.isEmpty() || !stacks.keyring().holds(listed.id())) {
      return Optional.empty();
    }
    return Levels.stacks(stacks.catalog(), now.get()).stream()
        .filter(stack -> indexIn(stack) >= 0)
        .findFirst();
  }

  /** The layer's place in a stack that has a key for it, or -1. */
  private int indexIn(List<SubvolumeRecord.Level> stack) {
    for (int i = 0; i < stack.size(); i++) {
      if (stack.get(i).layer() == layer.number() && stack.get(i).hasKey()) {
        return i;
      }
    }
    return -1;
  }

  private boolean part(Work work, SubvolumeRecord owner, List<SubvolumeRecord.Level> stack)
      throws IOException {
    List<Long> held = new ArrayList<>();
    try {
      List<Layer> layers = stacks.opener().acquireReadable(owner.id(), stack, held::add).layers();
      if (!(layers.get(indexIn(stack)) instanceof EncryptedLayer readable)) {
        throw new DamagedException("Its wrapped key cannot be opened.");
      }
      boolean isMore = work.step(readable, PART);
      tell(layers);
      return isMore;
    } catch (DamagedException e) {
      failed(OptionalLong.empty(), e);
      isBroken = true;
      tell(List.of());
      return false;
    } finally {
      stacks.opener().releaseAll(held);
    }
  }

  private void tell(List<Layer> layers) throws IOException {
    if (failures.isEmpty()) {
      return;
    }
    PathFinder paths = PathFinder.of(layers);
    for (int i = 0; i < failures.size(); i++) {
      String reason = String.valueOf(failures.get(i).getMessage());
      ScrubFinding finding =
          ScrubFinding.of(kind(failures.get(i)), layer.id(), "sealed data", reason);
      if (inodes.get(i).isPresent()) {
        long inode = inodes.get(i).getAsLong();
        finding = finding.ofInode(inode);
        Optional<String> path = paths.path(inode);
        finding = path.isPresent() ? finding.inFile(path.get()) : finding;
      }
      sink.found(finding);
    }
    failures.clear();
    inodes.clear();
  }

  private static Finding.Kind kind(DamagedException failure) {
    return failure.getCause() instanceof ExtentFault fault ? fault.kind() : Finding.Kind.DAMAGED;
  }

  @Override
  public void failed(OptionalLong inode, DamagedException failure) {
    failures.add(failure);
    inodes.add(inode);
  }

  @Override
  public void opened(long inode, long bytes) {
    opened.addAndGet(bytes);
    next = inode;
  }
}
