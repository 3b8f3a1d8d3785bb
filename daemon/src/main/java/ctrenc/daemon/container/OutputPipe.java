package ctrenc.daemon.container;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.Entries;
import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.Poll;
import ctrenc.overlay.sys.Stream;
import ctrenc.overlay.sys.SystemCallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * The output of a container in the background: a named pipe in its bundle. The container has both
 * ends of it open, so a daemon that dies does not break the pipe; who writes waits, at worst, until
 * the next daemon reads. A shell stays as the runtime's parent and leaves its exit code beside the
 * pipe, for a daemon that is not its parent.
 */
final class OutputPipe implements AutoCloseable {

  private static final String PIPE = "output";
  private static final String EXIT_CODE = "exit-code";
  private static final int FIFO_OF_OWNER = 0010600;
  private static final Duration STEP = Duration.ofHours(1);

  /** $0 is the pipe, $1 the file of the exit code, the rest what is executed. */
  private static final String SHELL =
      "exec 1<>\"$0\" 2>&1; file=$1; shift; \"$@\"; code=$?;"
          + " echo $code > \"$file.new\" && mv \"$file.new\" \"$file\"; exit $code";

  private final Path bundle;
  private final Descriptor reader;

  private OutputPipe(Path bundle) throws SystemCallException {
    this.bundle = bundle;
    reader = FileOpener.open(bundle.resolve(PIPE), OpenFlag.READ_ONLY | OpenFlag.NON_BLOCKING);
  }

  /** A pipe for a container that is about to be started. */
  static OutputPipe make(Path bundle) throws IOException {
    Files.deleteIfExists(bundle.resolve(EXIT_CODE));
    Files.deleteIfExists(bundle.resolve(PIPE));
    Entries.makeNode(
        Descriptor.WORKING_DIRECTORY, FileOpener.bytesOf(bundle.resolve(PIPE)), FIFO_OF_OWNER, 0);
    return new OutputPipe(bundle);
  }

  /** Whether a container was started in the background. */
  static boolean isIn(Path bundle) {
    return Files.exists(bundle.resolve(PIPE));
  }

  /** The pipe of a container that an earlier daemon started. */
  static OutputPipe reopen(Path bundle) throws IOException {
    return new OutputPipe(bundle);
  }

  /**
   * Where the output of {@link #command} goes from its start on. So the pipe has a writer until it
   * ends, also where it ends before it has opened the pipe itself; one that nobody has opened to
   * write yet reads as one that all have closed.
   */
  ProcessBuilder.Redirect target() {
    return ProcessBuilder.Redirect.appendTo(bundle.resolve(PIPE).toFile());
  }

  /** How {@code arguments} are executed with their output here. */
  List<String> command(List<String> arguments) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "/bin/sh",
                "-c",
                SHELL,
                bundle.resolve(PIPE).toString(),
                bundle.resolve(EXIT_CODE).toString()));
    all.addAll(arguments);
    return all;
  }

  /** Returns when nobody is left who could write. */
  void transferTo(ContainerLog log) throws IOException {
    long count = log.take(reader);
    while (count != 0) {
      if (count != -ErrorNumber.EAGAIN && count != -ErrorNumber.EINTR) {
        Stream.check("splice", count);
      }
      awaitOutput();
      count = log.take(reader);
    }
  }

  private void awaitOutput() throws SystemCallException {
    while (Poll.await(reader, Poll.READABLE, STEP) == 0) {
      // Containers may say nothing for long.
    }
  }

  /** What the container's process ended with, if that is known. */
  OptionalInt exitCode() throws IOException {
    Path file = bundle.resolve(EXIT_CODE);
    return Files.exists(file)
        ? OptionalInt.of(Integer.parseInt(Files.readString(file).strip()))
        : OptionalInt.empty();
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
