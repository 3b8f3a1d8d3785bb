package ctrenc.overlay.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.fuse.CacheMode;
import ctrenc.overlay.fuse.Mount;
import ctrenc.overlay.fuse.MountOptions;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.SystemCallException;
import ctrenc.overlay.vfs.FileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/** A real mount of a filesystem, for a test to go at with system calls and shell commands. */
final class LiveMount implements AutoCloseable {

  private static final long COMMAND_SECONDS = 60;

  private final Mount mount;
  private final ToLongFunction<Operation> served;
  private final Carrier.LiveTransport transport;

  private LiveMount(
      Mount mount, ToLongFunction<Operation> served, Carrier.LiveTransport transport) {
    this.mount = mount;
    this.served = served;
    this.transport = transport;
  }

  static LiveMount of(Carrier carrier, FileSystem fileSystem, Path directory) throws IOException {
    return of(carrier, fileSystem, directory, MountOptions.of("test"));
  }

  static LiveMount of(Carrier carrier, FileSystem fileSystem, Path directory, CacheMode mode)
      throws IOException {
    return of(carrier, fileSystem, directory, MountOptions.of("test").withCache(mode));
  }

  static LiveMount of(Carrier carrier, FileSystem fileSystem, Path directory, MountOptions options)
      throws IOException {
    return of(carrier, fileSystem, directory, options, 0);
  }

  /** Served by so many threads of its own; 0 for the usual number. */
  static LiveMount of(
      Carrier carrier, FileSystem fileSystem, Path directory, MountOptions options, int workers)
      throws IOException {
    Carrier.LiveTransport transport = carrier.transport(workers);
    try {
      CountedCalls calls = new CountedCalls(fileSystem);
      FileSystem shown = carrier == Carrier.LIBFUSE ? calls.fileSystem() : fileSystem;
      Mount mount = transport.transport().mount(shown, directory, options);
      return new LiveMount(mount, counter(mount, calls), transport);
    } catch (IOException e) {
      transport.close();
      throw e;
    }
  }

  private static ToLongFunction<Operation> counter(Mount mount, CountedCalls calls) {
    if (mount instanceof KernelMount ours) {
      return operation -> ours.served(operation);
    }
    return calls::of;
  }

  Mount mount() {
    return mount;
  }

  Path path(String name) {
    return mount.directory().resolve(name);
  }

  /** The same path as bytes. */
  byte[] bytes(String name) {
    return FileOpener.bytesOf(path(name));
  }

  Descriptor open(String name, int flags) throws SystemCallException {
    return FileOpener.open(Descriptor.WORKING_DIRECTORY, bytes(name), flags, 0644);
  }

  Descriptor create(String name) throws SystemCallException {
    return open(name, OpenFlag.CREATE | OpenFlag.READ_WRITE);
  }

  /** Starts a shell in the mount's directory; its standard output and errors are one stream. */
  Process start(String script) throws IOException {
    return new ProcessBuilder("sh", "-c", "cd \"$0\" && " + script, mount.directory().toString())
        .redirectErrorStream(true)
        .start();
  }

  /**
   * Runs a script in the mount's directory, which must succeed, and returns what it printed. A
   * script that hangs is freed by force, so that no test leaves a process behind that nobody can
   * end.
   */
  String run(String script) throws IOException, InterruptedException {
    Path output = Files.createTempFile("script", ".out");
    Process process =
        new ProcessBuilder("sh", "-c", "cd \"$0\" && " + script, mount.directory().toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
      ConnectionControl.abort(mount.connection());
      process.destroyForcibly().waitFor();
      throw new AssertionError("hangs: " + script);
    }
    String text = Files.readString(output);
    Files.delete(output);
    assertThat(process.exitValue()).as("%s%n%s", script, text).isZero();
    return text.strip();
  }

  /** How many requests of an operation came; of libfuse's, how many calls they led to. */
  long served(Operation operation) {
    return served.applyAsLong(operation);
  }

  @Override
  public void close() throws IOException {
    try (transport) {
      mount.unmount(Duration.ofSeconds(10));
    }
  }
}
