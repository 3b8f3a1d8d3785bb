package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.kernel.WireIn.InHeader;
import ctrenc.overlay.fuse.kernel.WireIn.WriteIn;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.Pages;
import ctrenc.overlay.sys.Stream;
import ctrenc.overlay.sys.SystemCallException;
import ctrenc.overlay.vfs.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests by read(2) and replies by write(2) on /dev/fuse: one call, one message. A reply must go
 * to the descriptor its request was read from; on another one of the same connection the kernel
 * does not know it.
 */
final class DeviceChannel implements Channel {

  /** The most bytes that one request may write, and one reply may read. */
  static final int MAX_TRANSFER = 1 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(DeviceChannel.class);

  /**
   * What a request takes besides the data it writes: the kernel demands 80 bytes, names and
   * attributes are far below this.
   */
  private static final int REQUEST_ROOM = 2 * Pages.SIZE;

  /** Where a request begins, so that the data of a write begins with a page. */
  private static final int REQUEST_START = Pages.SIZE - InHeader.LENGTH - WriteIn.LENGTH;

  private final Descriptor device;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment inbox;
  private final Request request;
  private final Reply reply;

  DeviceChannel(Descriptor device) throws SystemCallException {
    this.device = device;
    inbox = Pages.allocate(REQUEST_ROOM + (long) MAX_TRANSFER, arena).asSlice(REQUEST_START);
    request = Request.inOneBuffer(inbox);
    reply = new Reply(Pages.allocate(Pages.SIZE + (long) MAX_TRANSFER, arena), Pages.SIZE);
  }

  @Override
  public @Nullable Request receive() {
    while (true) {
      long length = Stream.read(device, inbox);
      if (length >= 0) {
        if (request.acceptOneBuffer(length)) {
          return request;
        }
        refuse(length);
      } else if (isEnd((int) -length)) {
        return null;
      }
    }
  }

  /**
   * ENOENT: the request was taken back in the meantime. EAGAIN, EINTR: nothing came. Others end the
   * connection for us.
   */
  private static boolean isEnd(int errno) {
    return switch (errno) {
      case ErrorNumber.ENOENT, ErrorNumber.EAGAIN, ErrorNumber.EINTR -> false;
      case ErrorNumber.ENODEV, ErrorNumber.ECONNABORTED -> true;
      default -> {
        LOG.atError().addKeyValue("errno", errno).log("Requests can no longer be read");
        yield true;
      }
    };
  }

  private void refuse(long length) {
    LOG.atWarn().addKeyValue("length", length).log("The kernel sent a request that is cut short");
    Operation operation = length < InHeader.LENGTH ? null : request.operation();
    if (operation != null && operation.isAnswered()) {
      reply.fail(Errno.EINVAL.code());
      send(request.unique(), reply);
    }
  }

  @Override
  public Reply reply() {
    return reply;
  }

  @Override
  public void send(long unique, Reply answer) {
    long result = Stream.write(device, answer.sealedFor(unique));
    // ENOENT: the request was aborted, and all that a reply could have handed out ended with the
    // connection.
    if (result < 0 && result != -ErrorNumber.ENOENT && result != -ErrorNumber.ENODEV) {
      LOG.atError()
          .addKeyValue("errno", -result)
          .addKeyValue("error", answer.error())
          .addKeyValue("length", answer.length())
          .log("The kernel refused a reply");
      if (result == -ErrorNumber.EINVAL && answer.error() == 0) {
        answer.fail(Errno.EIO.code());
        Stream.write(device, answer.sealedFor(unique));
      }
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
