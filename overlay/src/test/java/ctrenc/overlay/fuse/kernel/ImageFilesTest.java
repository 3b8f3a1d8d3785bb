package ctrenc.overlay.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.fuse.Passthrough;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.HostFile;
import ctrenc.overlay.vfs.MemoryFileSystem;
import ctrenc.overlay.vfs.Timestamp;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The rules of {@link ImageFiles}, and that no order of calls breaks what the kernel demands. */
class ImageFilesTest {

  private static final long FILE = 7;
  private static final long CEILING = 100;
  private static final int READ = OpenFlag.READ_ONLY;
  private static final int WRITE = OpenFlag.WRITE_ONLY;

  private final Image image = new Image();
  private final Table table = new Table();
  private final ImageFiles files = new ImageFiles(image, table, new KeptOpens(Optional.empty()));

  @Test
  void readersShareOneNumberWhichEndsWithTheLast() throws Exception {
    int first = files.open(FILE, READ);
    assertThat(files.open(FILE, READ)).isEqualTo(first).isNotZero();
    files.release(FILE, true);
    assertThat(table.open).containsExactly(first);
    files.release(FILE, true);
    assertThat(table.open).isEmpty();
    assertThat(files.size()).isZero();
    assertThat(files.open(FILE, READ)).isNotZero();
  }

  @Test
  void ownFilesAndServedNodesAreServedUncounted() throws Exception {
    assertThat(files.open(CEILING, READ)).isZero();
    assertThat(files.open(NodeId.served(FILE), READ)).isZero();
    assertThat(files.size()).isZero();
    assertThat(table.added).isZero();
  }

  @Test
  void writerOfAFileThatNobodyReadsIsServedOnTheSameNode() throws Exception {
    assertThat(files.open(FILE, WRITE)).isZero();
    assertThat(files.open(FILE, READ)).as("while a served open is left").isZero();
    files.release(FILE, false);
    assertThat(files.open(FILE, READ)).isZero();
    files.release(FILE, false);
    files.release(FILE, false);
    assertThat(files.handOut(FILE)).isEqualTo(FILE);
    assertThat(files.open(FILE, READ)).as("all of them ended").isNotZero();
  }

  @Test
  void writerWhileReadersAreLeftMakesTheFileSwitch() throws Exception {
    files.open(FILE, READ);
    refuses(FILE, WRITE);
    assertThat(files.handOut(FILE)).isEqualTo(NodeId.served(FILE));
    assertThat(files.open(NodeId.served(FILE), WRITE)).isZero();
    refuses(FILE, READ);
    refuses(FILE, WRITE);
    assertThat(table.forgotten).as("the kernel keeps no attributes").containsExactly(FILE);
    files.release(FILE, true);
    refuses(FILE, READ);
    files.forget(NodeId.served(FILE), 1);
    assertThat(files.handOut(FILE)).isEqualTo(FILE);
    assertThat(files.open(FILE, READ)).as("until the plain node is forgotten").isZero();
    files.release(FILE, false);
    files.forget(FILE, 2);
    assertThat(files.size()).isZero();
  }

  @Test
  void lookupsOnTheWayAreForgottenWithoutHarm() throws Exception {
    files.open(FILE, READ);
    refuses(FILE, WRITE);
    files.handOut(FILE);
    files.forget(NodeId.served(FILE), 1);
    assertThat(files.handOut(FILE)).isEqualTo(NodeId.served(FILE));
    files.forget(NodeId.served(FILE), 1);
    files.release(FILE, true);
    assertThat(files.handOut(FILE)).isEqualTo(FILE);
    assertThat(files.open(FILE, WRITE)).isZero();
  }

  @Test
  void everyWayToChangeBytesSwitches() throws Exception {
    for (int flags :
        new int[] {
          OpenFlag.READ_WRITE,
          OpenFlag.WRITE_ONLY | OpenFlag.APPEND,
          OpenFlag.READ_ONLY | OpenFlag.TRUNCATE,
          OpenFlag.READ_ONLY | OpenFlag.DIRECT
        }) {
      ImageFiles fresh = new ImageFiles(image, new Table(), new KeptOpens(Optional.empty()));
      fresh.open(FILE, READ);
      assertThatThrownBy(() -> fresh.open(FILE, flags)).hasMessageContaining("ESTALE");
    }
    files.open(FILE, READ);
    assertThatThrownBy(() -> files.checkResize(FILE)).isInstanceOf(ErrnoException.class);
    files.checkResize(NodeId.served(FILE));
    assertThat(files.handOut(FILE)).isEqualTo(NodeId.served(FILE));
  }

  @Test
  void resizeOfAFileThatIsNotPassedNeedsNothing() throws Exception {
    files.checkResize(FILE);
    files.open(FILE, WRITE);
    files.checkResize(FILE);
    assertThat(files.handOut(FILE)).isEqualTo(FILE);
  }

  @Test
  void fileThatWasWrittenIsServed() throws Exception {
    image.present = false;
    assertThat(files.open(FILE, READ)).isZero();
    assertThat(table.added).isZero();
  }

  @Test
  void hostFileThatChangedIsNotShownToLaterReaders() throws Exception {
    files.open(FILE, READ);
    image.fingerprint++;
    refuses(FILE, READ);
    assertThat(files.handOut(FILE)).isEqualTo(NodeId.served(FILE));
  }

  @Test
  void hostFileThatCannotBeHadIsServed() throws Exception {
    image.failure = new ErrnoException(Errno.EIO);
    assertThat(files.open(FILE, READ)).isZero();
    files.release(FILE, false);
    image.failure = null;
    table.refuses = true;
    assertThat(files.open(FILE, READ)).isZero();
    assertThat(image.opened).as("every host file is closed").isZero();
  }

  @Test
  void switchThatNobodyFollowedEndsWithTheLastReader() throws Exception {
    files.open(FILE, READ);
    refuses(FILE, WRITE);
    files.release(FILE, true);
    assertThat(files.open(FILE, READ)).as("the writer may be on its way").isZero();
    assertThat(files.open(FILE, WRITE)).isZero();
    files.release(FILE, false);
    files.release(FILE, false);
    assertThat(files.open(FILE, READ)).isZero();
    files.release(FILE, false);
    files.forget(FILE, 1);
    assertThat(files.size()).isZero();
    assertThat(files.open(FILE, READ)).isNotZero();
  }

  @Test
  void readersFromBeforeSeeTheirSize() throws Exception {
    Attributes grown = attributes(5000, 1);
    files.open(FILE, READ);
    assertThat(files.seenAt(FILE, grown).size()).isEqualTo(5000);
    refuses(FILE, WRITE);
    assertThat(files.seenAt(FILE, grown).size()).isEqualTo(Image.SIZE);
    assertThat(files.seenAt(FILE, grown).blocks()).isEqualTo(2);
    assertThat(files.seenAt(NodeId.served(FILE), grown).size()).isEqualTo(5000);
    assertThat(files.mayKeepAttributes(FILE)).isFalse();
    assertThat(files.mayKeepAttributes(NodeId.served(FILE))).isFalse();
    files.handOut(FILE);
    files.release(FILE, true);
    assertThat(files.mayKeepAttributes(FILE)).isFalse();
    assertThat(files.mayKeepAttributes(NodeId.served(FILE))).isTrue();
    assertThat(files.seenAt(FILE, grown).size()).isEqualTo(5000);
  }

  @Test
  void changedAttributesShowAtTheOtherNode() throws Exception {
    files.attributesChanged(FILE);
    files.open(FILE, READ);
    files.attributesChanged(FILE);
    assertThat(table.forgotten).isEmpty();
    refuses(FILE, WRITE);
    table.forgotten.clear();
    files.attributesChanged(FILE);
    files.attributesChanged(NodeId.served(FILE));
    assertThat(table.forgotten).containsExactly(NodeId.served(FILE), FILE);
  }

  @Test
  void severalNamesOfAnImagesFileAreLookedUpEachTime() {
    assertThat(files.mayKeepName(FILE, attributes(1, 1))).isTrue();
    assertThat(files.mayKeepName(FILE, attributes(1, 2))).isFalse();
    assertThat(files.mayKeepName(NodeId.served(FILE), attributes(1, 2))).isTrue();
    assertThat(files.mayKeepName(CEILING, attributes(1, 2))).isTrue();
  }

  @Test
  void whereTheKernelCannotEverythingIsServed() throws Exception {
    ImageFiles off =
        new ImageFiles(
            image, new NoBackingTable(Passthrough.UNSUPPORTED), new KeptOpens(Optional.empty()));
    assertThat(off.open(FILE, READ)).isZero();
    assertThat(off.handOut(FILE)).isEqualTo(FILE);
    assertThat(off.mayKeepName(FILE, attributes(1, 2))).isTrue();
    assertThat(off.size()).isZero();
    assertThat(image.asked).isZero();
  }

  /**
   * A model of the kernel: a node is never open in both ways at once, every passed open of it has
   * the same number, and that number lives as long as the node is open by it.
   */
  @Test
  void noOrderOfCallsBreaksWhatTheKernelDemands() {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    List<Open> opens = new ArrayList<>();
    long servedLookups = 0;
    for (int step = 0; step < 200_000; step++) {
      image.present = random.nextInt(10) > 0 && opens.stream().noneMatch(Open::writes);
      long node = random.nextBoolean() && servedLookups > 0 ? NodeId.served(FILE) : FILE;
      switch (random.nextInt(6)) {
        case 0, 1 -> tryOpen(node, random.nextInt(3) > 0 ? READ : WRITE, opens);
        case 2, 3 -> {
          if (!opens.isEmpty()) {
            Open ended = opens.remove(random.nextInt(opens.size()));
            files.release(ended.node, ended.backing != 0);
          }
        }
        case 4 -> servedLookups += NodeId.isServed(files.handOut(FILE)) ? 1 : 0;
        default -> {
          if (servedLookups > 0 && opens.stream().noneMatch(open -> NodeId.isServed(open.node))) {
            files.forget(NodeId.served(FILE), servedLookups);
            servedLookups = 0;
          }
        }
      }
      check(opens);
    }
    opens.forEach(open -> files.release(open.node, open.backing != 0));
    files.forget(NodeId.served(FILE), servedLookups);
    files.forget(FILE, 1);
    assertThat(files.size()).isZero();
    assertThat(table.open).isEmpty();
    assertThat(image.opened).isZero();
  }

  private void tryOpen(long node, int flags, List<Open> opens) {
    try {
      opens.add(new Open(node, files.open(node, flags), flags == WRITE));
    } catch (ErrnoException e) {
      assertThat(node).as("only the plain node is refused").isEqualTo(FILE);
    }
  }

  private void check(List<Open> opens) {
    List<Open> plain = opens.stream().filter(open -> open.node == FILE).toList();
    assertThat(plain.stream().map(Open::backing).distinct().count()).isLessThanOrEqualTo(1);
    Set<Integer> live = new HashSet<>();
    plain.stream().map(Open::backing).filter(backing -> backing != 0).forEach(live::add);
    assertThat(table.open).isEqualTo(live);
  }

  private void refuses(long node, int flags) {
    assertThatThrownBy(() -> files.open(node, flags))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ESTALE));
  }

  private static Attributes attributes(long size, int links) {
    Timestamp time = Timestamp.EPOCH;
    int mode = FileMode.REGULAR | 0644;
    return new Attributes(FILE, size, 8, time, time, time, time, mode, links, 0, 0, 0);
  }

  private record Open(long node, int backing, boolean writes) {}

  /** One image file, as a filesystem would tell of it. */
  private static final class Image extends MemoryFileSystem {

    private static final long SIZE = 1000;

    private boolean present = true;
    private long fingerprint = 1;
    private ErrnoException failure;
    private int opened;
    private int asked;

    @Override
    public long imageCeiling() {
      return CEILING;
    }

    @Override
    public Optional<HostFile> hostFile(long inode) throws ErrnoException {
      asked++;
      if (failure != null) {
        throw failure;
      }
      if (!present) {
        return Optional.empty();
      }
      opened++;
      return Optional.of(new Opened());
    }

    private final class Opened implements HostFile {
      @Override
      public int descriptor() {
        return 3;
      }

      @Override
      public long size() {
        return SIZE;
      }

      @Override
      public long fingerprint() {
        return fingerprint;
      }

      @Override
      public void close() {
        opened--;
      }
    }
  }

  /** The kernel's side. */
  private static final class Table implements BackingTable {

    private final Set<Integer> open = new HashSet<>();
    private final List<Long> forgotten = new ArrayList<>();
    private boolean refuses;
    private int added;

    @Override
    public int add(int descriptor) {
      if (refuses) {
        return NONE;
      }
      added++;
      open.add(added);
      return added;
    }

    @Override
    public void remove(int number) {
      assertThat(open.remove(number)).isTrue();
    }

    @Override
    public void forgetAttributes(long node) {
      forgotten.add(node);
    }

    @Override
    public Passthrough state() {
      return Passthrough.ACTIVE;
    }
  }
}
