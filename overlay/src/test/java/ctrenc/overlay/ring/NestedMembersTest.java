package ctrenc.overlay.ring;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.ring.NestedMembers.Entry;
import ctrenc.overlay.ring.NestedMembers.State;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.FileData;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.OpenFlag;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the next process finds of nested subvolumes and hidden nodes, and of an earlier release. */
final class NestedMembersTest {

  /** As the format of {@link RootMemory} has it: the log lies at 4 KiB and 2 MiB. */
  private static final long FORMER_LENGTH = (4 << 10) + (2 << 20) + WriteLog.CAPACITY;

  private final RootMemory memory = RootMemory.create();

  NestedMembersTest() throws IOException {}

  @AfterEach
  void close() throws IOException {
    memory.close();
  }

  private static Descriptor again(RootMemory memory) throws IOException {
    Path path = Path.of("/proc/self/fd/" + memory.file().number());
    return FileOpener.open(path, OpenFlag.READ_WRITE);
  }

  private static Entry entry(int id, State state, int key) {
    return new Entry(new UUID(0, id), state, id + 100, new byte[key]);
  }

  private static List<String> shown(List<Entry> entries) {
    return entries.stream()
        .map(
            one ->
                one.id().getLeastSignificantBits()
                    + " "
                    + one.state()
                    + " "
                    + one.anchor()
                    + " "
                    + one.key().length)
        .sorted()
        .toList();
  }

  @Test
  void theLastThatWasSaidCounts() throws Exception {
    memory.nested().put(entry(1, State.CLOSED, 10));
    memory.nested().put(entry(2, State.CLOSED, 208));
    memory.nested().put(entry(1, State.OPEN, 20));
    memory.nested().put(entry(3, State.OPEN, 20));
    memory.nested().put(entry(2, State.LOCKED, 0));
    memory.nested().remove(new UUID(0, 3));
    String[] left = {"1 OPEN 101 20", "2 LOCKED 102 0"};
    assertThat(shown(memory.nested().all())).containsExactly(left);
    try (Descriptor file = again(memory)) {
      assertThat(shown(RootMemory.nestedIn(file))).containsExactly(left);
    }
    try (RootMemory next = RootMemory.recover(again(memory))) {
      assertThat(shown(next.nested().all())).containsExactly(left);
      next.nested().put(entry(4, State.OPEN, 0));
      assertThat(next.nested().find(new UUID(0, 1))).isPresent();
    }
  }

  @Test
  void knownNodesAreFoundAgain() throws Exception {
    int gone = memory.nodes().add(2, 1000, 7, new byte[0]);
    int kept = memory.nodes().add(3, 1L << 61, 8, new byte[255]);
    memory.nodes().setReferences(kept, 4);
    memory.nodes().setLast(3);
    memory.nodes().remove(gone);
    memory.setLastPlace(9);
    try (RootMemory next = RootMemory.recover(again(memory))) {
      List<KnownNodes.Node> found = new ArrayList<>();
      next.nodes().forEach(found::add);
      assertThat(found).hasSize(1);
      KnownNodes.Node node = found.getFirst();
      assertThat(List.of(node.number(), node.references(), node.directory()))
          .containsExactly(3L, 4L, 1L << 61);
      assertThat(node.kind()).isEqualTo(8);
      assertThat(node.name()).hasSize(255);
      assertThat(next.nodes().add(4, 1, 1, new byte[0])).isEqualTo(gone);
      assertThat(next.nodes().last()).isEqualTo(3);
      assertThat(next.lastPlace()).isEqualTo(9);
    }
  }

  @Test
  void handlesOfNestedInodesKeepTheirMark() throws Exception {
    long inode = (1L << 62) - 1;
    long handle = memory.handles().open(inode);
    memory.handles().mark(handle, 3);
    MemoryPart root = new MemoryPart(memory, 0, 1L << 42, true);
    MemoryPart last = new MemoryPart(memory, inode - 5, 6, true);
    root.handles((number, one, mark) -> assertThat(number).isZero());
    List<Long> found = new ArrayList<>();
    last.handles((number, one, mark) -> found.addAll(List.of(number, one, (long) mark)));
    assertThat(found).containsExactly(handle, 5L, 3L);
    root.forget();
    assertThat(memory.handles().isOpen(handle)).isTrue();
    last.forget();
    assertThat(memory.handles().isOpen(handle)).isFalse();
  }

  @Test
  void whatIsForgottenIsWiped() {
    MemoryPart one = new MemoryPart(memory, 0, 100, false);
    MemoryPart other = new MemoryPart(memory, 100, 100, false);
    WriteLog.Entry kept = memory.log().append(7, 0, MemorySegment.ofArray(new byte[70]), 0, 0);
    memory.log().append(other.number(7), 0, MemorySegment.ofArray(new byte[70]), 0, 0);
    other.forget();
    assertThat(memory.log().used()).isPositive();
    assertThat(kept).isNotNull();
    one.forget();
    assertThat(memory.log().used()).isZero();
  }

  @Test
  void theFormerReleaseIsTakenUp() throws Exception {
    long handle = memory.handles().open(5);
    memory.log().append(5, 0, MemorySegment.ofArray(new byte[70]), 0, 0);
    try (Descriptor file = again(memory);
        Arena local = Arena.ofConfined()) {
      FileData.truncate(file, FORMER_LENGTH);
      FileData.write(file, 8, local.allocateFrom(ValueLayout.JAVA_INT, 1));
      FileData.write(file, (4 << 10) + 8, local.allocateFrom(ValueLayout.JAVA_LONG, 5 | 2L << 56));
      assertThat(RootMemory.nestedIn(file)).isEmpty();
    }
    for (int i = 0; i < 2; i++) {
      try (RootMemory next = RootMemory.recover(again(memory))) {
        List<Long> found = new ArrayList<>();
        next.handles()
            .forEach((number, one, mark) -> found.addAll(List.of(number, one, (long) mark)));
        assertThat(found).containsExactly(handle, 5L, 2L);
        assertThat(next.log().used()).isPositive();
        next.nested().put(entry(1, State.OPEN, 20));
        assertThat(next.nested().all()).hasSize(1);
      }
    }
  }
}
