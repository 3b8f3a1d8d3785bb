package ctrenc.overlay.subvolume;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.nest.Limits;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystemUsage;
import ctrenc.overlay.vfs.FileSystemUser;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Limits of subvolumes and of what is nested in them. */
@Timeout(120)
class QuotaTest extends NestedRootCase {

  private static final long MIB = 1 << 20;

  private Quotas quotas() {
    return nest.store().subvolumes().quotas();
  }

  private UUID nested() {
    return nest.tree().nested().getFirst().id();
  }

  /** Writes until it is refused, and returns how many bytes were taken. */
  private long fill(String path) throws ErrnoException {
    nest.user().put(path, "");
    long inode = nest.user().inode(path);
    long handle = nest.user().open(path, FileSystemUser.WRITE);
    byte[] part = pattern(1, 64 * 1024);
    long taken = 0;
    try {
      while (taken < 64 * MIB) {
        nest.user().write(inode, handle, taken, part);
        taken += part.length;
      }
    } catch (ErrnoException e) {
      assertThat(e.errno()).isEqualTo(Errno.EDQUOT);
    }
    nest.user().close(inode, handle);
    return taken;
  }

  @Test
  void theWriteThatCrossesIsRefusedThoughNothingIsStoredYet() throws Exception {
    nest.create();
    quotas().limit(nest.root(), new Limits(4 * MIB, 0));
    assertThat(fill("/a")).isBetween(3 * MIB, 4 * MIB);
    refused(Errno.EDQUOT, () -> nest.user().put("/b", pattern(2, 500_000)));
    nest.user().unlink("/a");
    nest.user().put("/b", pattern(2, 500_000));
    FileSystemUsage shown = nest.fileSystem().statfs();
    assertThat(shown.blocks() * shown.blockSize()).isEqualTo(4 * MIB);
    assertThat(shown.freeBlocks() * shown.blockSize()).isBetween(2 * MIB, 4 * MIB);
    quotas().limit(nest.root(), Limits.NONE);
    assertThat(fill("/c")).isEqualTo(64 * MIB);
  }

  @Test
  void overwritingGoesOnAtTheLimitIfTheOldIsFreed() throws Exception {
    nest.create();
    quotas().limit(nest.root(), new Limits(8 * MIB, 0));
    nest.user().put("/a", pattern(1, (int) MIB));
    for (int i = 0; i < 30; i++) {
      nest.user().overwrite("/a", 0, pattern(i, (int) MIB));
    }
    FileSystemUser.same(nest.user().read("/a"), pattern(29, (int) MIB));
  }

  @Test
  void aParentsLimitBoundsItsWholeTreeAndAChildsItsOwn() throws Exception {
    nest.create();
    nest.hidden().mkdir("/.ctr-enc/subvolumes/n");
    quotas().limit(nested(), new Limits(2 * MIB, 0));
    assertThat(fill("/n/a")).isBetween(MIB, 2 * MIB);
    quotas().limit(nest.root(), new Limits(4 * MIB, 0));
    assertThat(fill("/a")).isBetween(MIB, 3 * MIB);
    nest.hidden().rmdir("/.ctr-enc/subvolumes/n");
    assertThat(fill("/b")).isPositive();
    List<Quotas.Quota> listed = quotas().list(nest.root());
    assertThat(listed).hasSize(1);
    assertThat(listed.getFirst().tree()).isEqualTo(listed.getFirst().own());
  }

  @Test
  void inodesAreLimitedInTheWholeTree() throws Exception {
    nest.create();
    nest.hidden().mkdir("/.ctr-enc/subvolumes/n");
    quotas().limit(nest.root(), new Limits(0, 10));
    for (int i = 0; i < 7; i++) {
      nest.user().put("/n/f" + i, "x");
    }
    refused(Errno.EDQUOT, () -> nest.user().mkdir("/d"));
    refused(Errno.EDQUOT, () -> nest.user().put("/n/g", "x"));
    refused(Errno.EDQUOT, () -> nest.hidden().mkdir("/.ctr-enc/subvolumes/m"));
    assertThat(nest.user().exists("/m")).isFalse();
    nest.user().unlink("/n/f0");
    nest.user().mkdir("/d");
    assertThat(nest.fileSystem().statfs().files()).isEqualTo(10);
    assertThat(nest.fileSystem().statfs().freeFiles()).isZero();
    Quotas.Quota root = quotas().list(nest.root()).getFirst();
    assertThat(root.tree().inodes()).isEqualTo(10);
    assertThat(root.own().inodes()).isEqualTo(3);
  }

  @Test
  void limitsAreKeptWithTheRoot() throws Exception {
    nest.create(NestedRoot.machineKey());
    nest.hidden().mkdir("/.ctr-enc/subvolumes/n");
    UUID nested = nested();
    quotas().limit(nested, new Limits(MIB, 100));
    nest.fileSystem().close();
    nest.restart();
    nest.store().subvolumes().unlock(nest.root(), List.of(NestedRoot.machineKey()));
    nest.use();
    assertThat(quotas().list(nested).getFirst().limits()).isEqualTo(new Limits(MIB, 100));
    assertThat(fill("/n/a")).isLessThan(MIB);
    assertThat(nest.hidden().text("/n/.ctr-enc/info")).contains("limit-inodes 100");
  }

  private static final Limits BOUND = new Limits(MIB, 70);

  private static OptionalLong most(long number) {
    return OptionalLong.of(number);
  }

  private void fromInside(UUID id, OptionalLong bytes, OptionalLong inodes) throws Exception {
    quotas().limit(id, before -> before.fromInside(bytes, inodes).orElseThrow());
  }

  private Limits limits(UUID id) throws Exception {
    return quotas().list(id).getFirst().limits();
  }

  /** Each of the two by itself, and over the end of the store. */
  @Test
  void thoseInsideLowerWhatWasSetOutsideAndRaiseItNoHigher() throws Exception {
    OptionalLong same = OptionalLong.empty();
    nest.create(NestedRoot.machineKey());
    nest.hidden().mkdir("/.ctr-enc/subvolumes/n");
    UUID nested = nested();
    fromInside(nested, most(8 * MIB), most(50));
    quotas().limit(nested, before -> before.fromOutside(most(4 * MIB), same));
    assertThat(limits(nested)).isEqualTo(new Limits(4 * MIB, 50));
    nest.fileSystem().close();
    nest.restart();
    fromInside(nested, most(MIB), most(70));
    assertThat(limits(nested)).isEqualTo(new Limits(MIB, 70));
    assertThatThrownBy(() -> fromInside(nested, most(4 * MIB + 1), same))
        .isInstanceOf(NoSuchElementException.class);
    assertThat(limits(nested)).isEqualTo(new Limits(MIB, 70));
    fromInside(nested, most(0), most(0));
    assertThat(limits(nested)).isEqualTo(new Limits(4 * MIB, 0));
    quotas().limit(nested, before -> before.fromOutside(most(0), same));
    fromInside(nested, most(8 * MIB), same);
    assertThat(limits(nested)).isEqualTo(new Limits(8 * MIB, 0));
  }

  /** The limits of what is nested in none are set outside alone, so earlier releases read them. */
  @Test
  void onlyNestedLimitsAreOfTheNewVersion() throws Exception {
    Limits few = new Limits(5, 6);
    BoundedLimits inside = new BoundedLimits(few, Limits.NONE);
    BoundedLimits bounded = new BoundedLimits(few, new Limits(7, 0));
    BoundedLimits own = new BoundedLimits(few, few);
    UUID id = new UUID(1, 2);
    assertThat(NestCatalog.encode(own, false)).hasSize(17).startsWith(1);
    assertThat(NestCatalog.decodeLimits(id, NestCatalog.encode(own, false))).isEqualTo(own);
    for (BoundedLimits one : List.of(inside, bounded, own)) {
      byte[] nested = NestCatalog.encode(one, true);
      assertThat(nested).hasSize(33).startsWith(2);
      assertThat(NestCatalog.decodeLimits(id, nested)).isEqualTo(one);
    }
    nest.create();
    quotas().limit(nest.root(), new Limits(MIB, 0));
    quotas()
        .limit(
            nest.root(),
            before -> {
              assertThat(before.bound()).isEqualTo(new Limits(MIB, 0));
              return before;
            });
  }

  /** As releases wrote them before those inside could set any. */
  @Test
  void limitsOfAnEarlierReleaseBindThoseInside() throws Exception {
    byte[] earlier = NestCatalog.encode(new BoundedLimits(BOUND, BOUND), false);
    BoundedLimits read = NestCatalog.decodeLimits(new UUID(1, 2), earlier);
    assertThat(read.limits()).isEqualTo(BOUND);
    assertThat(read.fromInside(most(BOUND.bytes() + 1), OptionalLong.empty())).isEmpty();
    assertThat(read.fromInside(OptionalLong.empty(), most(BOUND.inodes() + 1))).isEmpty();
    assertThat(read.fromInside(most(0), most(0)).orElseThrow().limits()).isEqualTo(BOUND);
    assertThat(read.fromOutside(most(0), most(0))).isEqualTo(BoundedLimits.NONE);
  }
}
