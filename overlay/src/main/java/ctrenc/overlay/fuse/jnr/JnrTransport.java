package ctrenc.overlay.fuse.jnr;

import ctrenc.overlay.fuse.CacheMode;
import ctrenc.overlay.fuse.Mount;
import ctrenc.overlay.fuse.MountOptions;
import ctrenc.overlay.fuse.Passthrough;
import ctrenc.overlay.fuse.Transport;
import ctrenc.overlay.fuse.kernel.ChangeGuard;
import ctrenc.overlay.fuse.kernel.ConnectionControl;
import ctrenc.overlay.fuse.kernel.MountEnd;
import ctrenc.overlay.fuse.kernel.MountPoint;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/**
 * Mounts and serves filesystems by libfuse 2, for hosts where /dev/fuse cannot be opened raw. Needs
 * root, or fusermount. Each mount has threads of its own. Mounts end with the process.
 */
public final class JnrTransport implements Transport {

  private static final Duration PROBE_PATIENCE = Duration.ofSeconds(10);
  private static final Duration END_PATIENCE = Duration.ofSeconds(10);

  private final FuseLibrary library;
  private final Runtime runtime;
  private final Requests requests;
  private final OperationTable operations;

  /**
   * @throws IOException with one sentence that says what to do, where libfuse 2 is not there
   */
  public JnrTransport() throws IOException {
    library = FuseLibrary.load();
    runtime = Runtime.getRuntime(library);
    requests = new Requests(library, runtime);
    operations = new OperationTable(requests, runtime);
  }

  @Override
  public Mount mount(FileSystem fileSystem, Path directory, MountOptions options)
      throws IOException {
    ChangeGuard guard = new ChangeGuard(options.label(), options.readOnly());
    PathFileSystem paths = PathFileSystem.of(fileSystem, guard);
    Pointer owner = requests.register(paths);
    Session session;
    try {
      session = Session.open(library, runtime, operations, owner, directory, options);
    } catch (IOException | RuntimeException e) {
      requests.remove(owner);
      throw e;
    }
    return serve(fileSystem, paths, session, owner, directory, options.cache());
  }

  private Mount serve(
      FileSystem fileSystem,
      PathFileSystem paths,
      Session session,
      Pointer owner,
      Path directory,
      CacheMode cache)
      throws IOException {
    RequestThreads threads =
        new RequestThreads(session, paths.nodes(), () -> requests.remove(owner));
    threads.start();
    MountPoint mountPoint = new MountPoint(directory);
    long connection = mountPoint.connection();
    MountEnd end = new MountEnd(mountPoint, connection, threads);
    try {
      mountPoint.probe(connection, PROBE_PATIENCE);
    } catch (IOException | RuntimeException e) {
      end.unmount(END_PATIENCE);
      throw e;
    }
    ConnectionControl.tune(connection);
    Passthrough passthrough = cache == CacheMode.IMAGE ? Passthrough.UNSUPPORTED : Passthrough.OFF;
    JnrMount mount =
        new JnrMount(directory, connection, passthrough, session, paths.nodes(), threads, end);
    fileSystem.watch(mount);
    return mount;
  }
}
