package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.CacheMode;
import ctrenc.overlay.fuse.kernel.WireIn.InHeader;
import ctrenc.overlay.fuse.kernel.WireIn.InitIn;
import ctrenc.overlay.fuse.kernel.WireOut.InitOut;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.Poll;
import ctrenc.overlay.sys.Stream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;

/**
 * Answers FUSE_INIT, the first request of a connection: which features of the protocol are in force
 * from then on.
 */
final class Handshake {

  private static final int MAJOR = 7;

  /** The first minor version in which both sides can say more than 32 flags; Linux 5.17. */
  private static final int MIN_MINOR = 36;

  /**
   * The newest minor version whose structures are the ones of {@link WireIn} and {@link WireOut}.
   */
  private static final int MAX_MINOR = 45;

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int INBOX = 16 * 1024;
  private static final int MAX_BACKGROUND = 64;
  private static final int CONGESTION_THRESHOLD = 48;
  private static final int PAGE = 4096;

  /**
   * How many filesystems may be stacked below a file that the kernel reads by itself, and one. With
   * 2 images could lie on overlayfs, but nobody could mount an overlayfs over this mount, as
   * containers in containers do.
   */
  private static final int MAX_STACK_DEPTH = 1;

  private Handshake() {}

  /**
   * Waits for the first request and answers it.
   *
   * @throws IOException when the kernel is too old, or sends nothing
   */
  static Negotiated perform(Descriptor device, CacheMode mode, RequestPath.Terms terms)
      throws IOException {
    if (Poll.await(device, Poll.READABLE, PATIENCE) == 0) {
      throw new IOException("The kernel did not begin to talk on /dev/fuse.");
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment inbox = arena.allocate(INBOX, Long.BYTES);
      long length = Stream.check("read", Stream.read(device, inbox));
      int opcode =
          length < InHeader.LENGTH + InitIn.FLAGS2
              ? 0
              : inbox.get(ValueLayout.JAVA_INT, InHeader.OPCODE);
      if (opcode != Operation.INIT) {
        throw new IOException("The kernel's first message on /dev/fuse is not a greeting.");
      }
      return answer(device, inbox, mode, terms);
    }
  }

  private static Negotiated answer(
      Descriptor device, MemorySegment inbox, CacheMode mode, RequestPath.Terms terms)
      throws IOException {
    MemorySegment init = inbox.asSlice(InHeader.LENGTH);
    int major = init.get(ValueLayout.JAVA_INT, InitIn.MAJOR);
    int minor = init.get(ValueLayout.JAVA_INT, InitIn.MINOR);
    if (major != MAJOR || minor < MIN_MINOR) {
      throw new IOException(
          "The kernel's FUSE protocol is %d.%d, but 7.36 (Linux 5.17) is needed."
              .formatted(major, minor));
    }
    long offered =
        Integer.toUnsignedLong(init.get(ValueLayout.JAVA_INT, InitIn.FLAGS))
            | Integer.toUnsignedLong(init.get(ValueLayout.JAVA_INT, InitIn.FLAGS2)) << Integer.SIZE;
    Negotiated negotiated =
        new Negotiated(Math.min(minor, MAX_MINOR), offered & (wanted(mode) | terms.features()));
    checkFeatures(offered, InitFlag.REQUIRED | terms.features());
    Reply reply = Reply.small(InitOut.LENGTH);
    encode(
        reply,
        negotiated,
        init.get(ValueLayout.JAVA_INT, InitIn.MAX_READAHEAD),
        terms.maxTransfer());
    long unique = inbox.get(ValueLayout.JAVA_LONG, InHeader.UNIQUE);
    Stream.check("write", Stream.write(device, reply.sealedFor(unique)));
    return negotiated;
  }

  private static void checkFeatures(long offered, long required) throws IOException {
    if ((offered & required) != required) {
      throw new IOException(
          "The kernel's FUSE lacks features that are needed: %x.".formatted(required & ~offered));
    }
  }

  private static long wanted(CacheMode mode) {
    return InitFlag.WANTED
        | switch (mode) {
          case IMAGE -> InitFlag.PASSTHROUGH;
          case WRITEBACK -> InitFlag.WRITEBACK_CACHE;
        };
  }

  private static void encode(
      Reply reply, Negotiated negotiated, int maxReadahead, int maxTransfer) {
    reply.begin(InitOut.LENGTH);
    reply.putInt(InitOut.MAJOR, MAJOR);
    reply.putInt(InitOut.MINOR, negotiated.minor());
    reply.putInt(InitOut.MAX_READAHEAD, maxReadahead);
    reply.putInt(InitOut.FLAGS, (int) negotiated.flags());
    reply.putInt(InitOut.FLAGS2, (int) (negotiated.flags() >>> Integer.SIZE));
    reply.putShort(InitOut.MAX_BACKGROUND, MAX_BACKGROUND);
    reply.putShort(InitOut.CONGESTION_THRESHOLD, CONGESTION_THRESHOLD);
    reply.putInt(InitOut.MAX_WRITE, maxTransfer);
    reply.putInt(InitOut.TIME_GRANULARITY, 1);
    reply.putShort(InitOut.MAX_PAGES, maxTransfer / PAGE);
    reply.putInt(
        InitOut.MAX_STACK_DEPTH, negotiated.has(InitFlag.PASSTHROUGH) ? MAX_STACK_DEPTH : 0);
  }

  /** What both sides agreed on. */
  record Negotiated(int minor, long flags) {
    boolean has(long flag) {
      return (flags & flag) != 0;
    }
  }
}
