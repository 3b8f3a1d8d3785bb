package ctrenc.overlay.fuse.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.fuse.Passthrough;
import ctrenc.overlay.fuse.kernel.WireIn.InHeader;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.MemoryFileSystem;
import ctrenc.overlay.vfs.Name;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Random, cut and garbled requests. What holds for each: it is refused as cut short, or it gets an
 * answer whose error is one of ours and whose payload fits; nothing is thrown; and no bug is found,
 * which would turn the mount read-only.
 */
class RequestFuzzTest {

  private static final int ROUNDS = 100_000;
  private static final int INBOX = 8192;
  private static final Set<Integer> ERRORS =
      Arrays.stream(Errno.values()).map(Errno::code).collect(Collectors.toSet());

  private final Arena arena = Arena.ofAuto();
  private final MemorySegment inbox = arena.allocate(INBOX, 8);
  private final Request request = Request.inOneBuffer(inbox);
  private final Reply reply = new Reply(arena.allocate(4096 + 65536, 8), 4096);

  @Test
  void everyRequestIsAnswered() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    MemoryFileSystem fileSystem = new MemoryFileSystem();
    populate(fileSystem);
    ChangeGuard guard = new ChangeGuard("fuzz", false);
    ImageFiles images =
        new ImageFiles(
            fileSystem, new NoBackingTable(Passthrough.OFF), new KeptOpens(Optional.empty()));
    Dispatcher dispatcher = new Dispatcher(fileSystem, guard, images, true);
    int accepted = 0;
    for (int round = 0; round < ROUNDS; round++) {
      int length = garble(random);
      if (request.acceptOneBuffer(length)) {
        accepted++;
        Request taken = random.nextInt(8) == 0 ? request.detach() : request;
        dispatcher.dispatch(taken, reply);
        check(round);
      }
      assertThat(guard.isReadOnly())
          .as("a bug showed itself in round %d, operation %s", round, request.operation())
          .isFalse();
    }
    assertThat(accepted).isGreaterThan(ROUNDS / 2);
    assertThat(Operation.values())
        .allSatisfy(
            operation ->
                assertThat(dispatcher.served(operation)).as(operation.name()).isPositive());
  }

  private void check(int round) {
    if (reply.error() != 0) {
      assertThat(ERRORS).as("round %d", round).contains(reply.error());
      assertThat(reply.length()).isZero();
    }
    MemorySegment message = reply.sealedFor(request.unique());
    assertThat(message.byteSize()).isEqualTo(16L + reply.length());
    assertThat(message.get(ValueLayout.JAVA_INT, 0)).isEqualTo((int) message.byteSize());
    assertThat(message.get(ValueLayout.JAVA_INT, 4)).isEqualTo(-reply.error());
  }

  private static void populate(FileSystem fileSystem) throws Exception {
    for (int i = 0; i < 8; i++) {
      fileSystem.mkdir(Caller.ROOT, FileSystem.ROOT, Name.of("d" + i), 0755, 0);
      fileSystem.create(Caller.ROOT, FileSystem.ROOT, Name.of("f" + i), 0644, 0, 2);
    }
  }

  /**
   * Fills the inbox with a request that is right in some of its parts; returns its length, often
   * wrong.
   */
  private int garble(Random random) {
    byte[] bytes = new byte[256 + random.nextInt(random.nextInt(10) == 0 ? INBOX - 256 : 64)];
    if (random.nextBoolean()) {
      random.nextBytes(bytes);
    }
    MemorySegment.copy(bytes, 0, inbox, ValueLayout.JAVA_BYTE, 0, bytes.length);
    int code = random.nextInt(20) == 0 ? random.nextInt() : random.nextInt(60);
    inbox.set(ValueLayout.JAVA_INT, InHeader.OPCODE, code);
    inbox.set(ValueLayout.JAVA_LONG, InHeader.NODE, random.nextInt(24));
    if (random.nextInt(10) != 0) {
      inbox.set(ValueLayout.JAVA_SHORT, InHeader.EXTENSIONS, (short) 0);
    }
    Operation operation = Operation.ofCode(code);
    int data = InHeader.LENGTH + (operation == null ? 0 : operation.argumentLength());
    if (random.nextInt(4) != 0) {
      moderateArgument(random, data);
    }
    if (random.nextInt(4) != 0) {
      putNames(random, data);
    }
    return random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length;
  }

  /** Small numbers, as real requests have them. */
  private void moderateArgument(Random random, int end) {
    for (int at = InHeader.LENGTH; at < end; at += 4) {
      inbox.set(ValueLayout.JAVA_INT, at, random.nextInt(3) == 0 ? random.nextInt(40) : 0);
    }
  }

  private void putNames(Random random, int start) {
    byte[] names = (pick(random) + "\0" + pick(random) + "\0").getBytes(UTF_8);
    MemorySegment.copy(names, 0, inbox, ValueLayout.JAVA_BYTE, start, names.length);
  }

  private static String pick(Random random) {
    String[] names = {
      "f" + random.nextInt(9),
      "d" + random.nextInt(9),
      "new" + random.nextInt(99),
      "user.x",
      "",
      "."
    };
    return names[random.nextInt(names.length)];
  }
}
