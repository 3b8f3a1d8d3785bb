package ctrenc.cli.rpc;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/**
 * A connected unix socket as the {@link Socket} that grpc-okhttp wants. It has streams of its own
 * because those of {@link java.nio.channels.Channels} share one lock, so that a reader that waits
 * would keep writers out. Options of TCP are accepted and mean nothing.
 */
public final class UnixSocket extends Socket {
  private final SocketChannel channel;

  public UnixSocket(SocketChannel channel) {
    this.channel = channel;
  }

  public static UnixSocket connect(Path path) throws IOException {
    return new UnixSocket(SocketChannel.open(UnixDomainSocketAddress.of(path)));
  }

  @Override
  public InputStream getInputStream() {
    return new ChannelInput(channel);
  }

  @Override
  public OutputStream getOutputStream() {
    return new ChannelOutput(channel);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  @Override
  public boolean isClosed() {
    return !channel.isOpen();
  }

  @Override
  public boolean isConnected() {
    return channel.isConnected();
  }

  /** An internet address, since grpc-okhttp expects one of every socket. */
  @Override
  public SocketAddress getRemoteSocketAddress() {
    return InetSocketAddress.createUnresolved("localhost", 1);
  }

  @Override
  public SocketAddress getLocalSocketAddress() {
    return InetSocketAddress.createUnresolved("localhost", 0);
  }

  @Override
  public void setTcpNoDelay(boolean on) {}

  @Override
  public void setKeepAlive(boolean on) {}

  @Override
  public void setSoTimeout(int timeout) {}

  @Override
  public int getSoTimeout() {
    return 0;
  }

  private static final class ChannelInput extends InputStream {
    private final SocketChannel channel;

    ChannelInput(SocketChannel channel) {
      this.channel = channel;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      return channel.read(ByteBuffer.wrap(bytes, offset, length));
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  private static final class ChannelOutput extends OutputStream {
    private final SocketChannel channel;

    ChannelOutput(SocketChannel channel) {
      this.channel = channel;
    }

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
