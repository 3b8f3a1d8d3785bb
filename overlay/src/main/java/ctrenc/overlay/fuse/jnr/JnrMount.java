package ctrenc.overlay.fuse.jnr;

import ctrenc.overlay.fuse.Mount;
import ctrenc.overlay.fuse.Passthrough;
import ctrenc.overlay.fuse.kernel.MountEnd;
import ctrenc.overlay.vfs.ChangeWatcher;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** A mount that libfuse serves on threads of this process. */
final class JnrMount implements Mount, ChangeWatcher {

  private static final Duration DEFAULT_PATIENCE = Duration.ofSeconds(10);

  private final Path directory;
  private final long connection;
  private final Passthrough passthrough;
  private final Session session;
  private final KernelNodes nodes;
  private final RequestThreads threads;
  private final MountEnd end;

  JnrMount(
      Path directory,
      long connection,
      Passthrough passthrough,
      Session session,
      KernelNodes nodes,
      RequestThreads threads,
      MountEnd end) {
    this.directory = directory;
    this.connection = connection;
    this.passthrough = passthrough;
    this.session = session;
    this.nodes = nodes;
    this.threads = threads;
    this.end = end;
  }

  @Override
  public Path directory() {
    return directory;
  }

  @Override
  public long connection() {
    return connection;
  }

  @Override
  public boolean isServing() {
    return threads.isServed();
  }

  @Override
  public Passthrough passthrough() {
    return passthrough;
  }

  @Override
  public void invalidateInode(long inode, long offset, long length) {
    for (long node : nodes.of(inode)) {
      session.invalidateInode(node, offset, length);
    }
  }

  @Override
  public void invalidateEntry(long parent, Name name) {
    for (long node : nodes.of(parent)) {
      session.invalidateEntry(node, name.bytes());
    }
  }

  @Override
  public void entryChanged(long parent, Name name) {
    invalidateEntry(parent, name);
  }

  @Override
  public void inodeChanged(long inode) {
    invalidateInode(inode, 0, 0);
  }

  @Override
  public void unmount(Duration patience) throws IOException {
    end.unmount(patience);
  }

  @Override
  public void leave(Duration patience) throws IOException {
    end.leave(patience);
  }

  @Override
  public void close() throws IOException {
    unmount(DEFAULT_PATIENCE);
  }
}
