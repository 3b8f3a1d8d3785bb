package ctrenc.cli.train;

import ctrenc.cli.rpc.UnixSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import javax.net.ServerSocketFactory;

/** Makes server sockets that listen at one unix socket, whatever address they are bound to. */
final class UnixServerSocketFactory extends ServerSocketFactory {
  private final Path path;

  UnixServerSocketFactory(Path path) {
    this.path = path;
  }

  @Override
  public ServerSocket createServerSocket() throws IOException {
    return new UnixServerSocket(path);
  }

  @Override
  public ServerSocket createServerSocket(int port) throws IOException {
    return createServerSocket();
  }

  @Override
  public ServerSocket createServerSocket(int port, int backlog) throws IOException {
    return createServerSocket();
  }

  @Override
  public ServerSocket createServerSocket(int port, int backlog, InetAddress address)
      throws IOException {
    return createServerSocket();
  }

  private static final class UnixServerSocket extends ServerSocket {
    private final Path path;
    private final ServerSocketChannel channel;

    UnixServerSocket(Path path) throws IOException {
      this.path = path;
      this.channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    }

    @Override
    public void bind(SocketAddress address, int backlog) throws IOException {
      channel.bind(UnixDomainSocketAddress.of(path), backlog);
    }

    @Override
    public Socket accept() throws IOException {
      return new UnixSocket(channel.accept());
    }

    @Override
    public SocketAddress getLocalSocketAddress() {
      return InetSocketAddress.createUnresolved("localhost", 1);
    }

    @Override
    public void setReuseAddress(boolean on) {}

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
