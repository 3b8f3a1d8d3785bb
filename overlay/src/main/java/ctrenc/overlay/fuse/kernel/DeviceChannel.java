package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.kernel.WireIn.InHeader;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.Stream;
import ctrenc.overlay.vfs.Errno;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests by read(2) and replies by write(2) on a descriptor of /dev/fuse: one call, one message.
 * A reply must go to the descriptor its request was read from; on another one of the same
 * connection the kernel does not know it. Thread-safe.
 */
final class DeviceChannel implements Channel {

  private static final Logger LOG = LoggerFactory.getLogger(DeviceChannel.class);

  /** What came of looking for a request. */
  enum Received {
    REQUEST,
    NOTHING,
    /** The connection has ended. */
    END
  }

  private final Descriptor device;

  /** {@code device} must not block, because others may take the request that it has. */
  DeviceChannel(Descriptor device) {
    this.device = device;
  }

  Descriptor device() {
    return device;
  }

  /** Takes the next request into {@code mailbox}, if there is one. */
  Received receive(Mailbox mailbox) {
    long length = Stream.read(device, mailbox.inbox());
    if (length < 0) {
      return isEnd((int) -length) ? Received.END : Received.NOTHING;
    }
    if (mailbox.request().acceptOneBuffer(length)) {
      return Received.REQUEST;
    }
    refuse(length, mailbox);
    return Received.NOTHING;
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

  private void refuse(long length, Mailbox mailbox) {
    LOG.atWarn().addKeyValue("length", length).log("The kernel sent a request that is cut short");
    Request request = mailbox.request();
    Operation operation = length < InHeader.LENGTH ? null : request.operation();
    if (operation != null && operation.isAnswered()) {
      mailbox.reply().fail(Errno.EINVAL.code());
      send(request.unique(), mailbox.reply());
    }
  }

  @Override
  public boolean letsReaderWait() {
    return true;
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
}
