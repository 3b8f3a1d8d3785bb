package ctrenc.daemon.key;

import ctrenc.crypto.tpm.TpmChannel;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.FileStatus;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * The kernel's device of a TPM, which takes a command by one write and gives the answer by one
 * read; or a socket behind which a TPM in software listens. Not thread-safe.
 */
final class TpmDevice implements TpmChannel, AutoCloseable {

  /** An answer begins with a tag (2) and its length (4). */
  private static final int LENGTH_AT = 2;

  private static final int HEAD = 10;

  private static final int TYPE_MASK = 0170000;
  private static final int SOCKET = 0140000;

  private final ByteChannel channel;

  private TpmDevice(ByteChannel channel) {
    this.channel = channel;
  }

  static TpmDevice open(Path path) throws IOException {
    FileStatus status =
        FileStatus.following(Descriptor.WORKING_DIRECTORY, FileOpener.bytesOf(path));
    boolean isSocket = (status.mode() & TYPE_MASK) == SOCKET;
    return new TpmDevice(
        isSocket
            ? SocketChannel.open(UnixDomainSocketAddress.of(path))
            : FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
  }

  @Override
  public byte[] exchange(byte[] command) throws IOException {
    ByteBuffer sent = ByteBuffer.wrap(command);
    while (sent.hasRemaining()) {
      channel.write(sent);
    }
    ByteBuffer answer = ByteBuffer.allocate(MAX_LENGTH);
    try {
      while (answer.position() < HEAD || answer.position() < length(answer)) {
        if (channel.read(answer) <= 0) {
          throw new EOFException("it ended in the middle of an answer");
        }
      }
      return Arrays.copyOf(answer.array(), answer.position());
    } finally {
      Arrays.fill(answer.array(), (byte) 0);
    }
  }

  private static int length(ByteBuffer answer) {
    return Math.min(answer.getInt(LENGTH_AT), answer.capacity());
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
