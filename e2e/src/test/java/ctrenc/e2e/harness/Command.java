package ctrenc.e2e.harness;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A program to run with a deadline. Output goes through files, so a child that lives on (a daemon)
 * cannot keep a pipe open. Immutable.
 */
public record Command(List<String> argv, Map<String, String> env, Duration deadline, String input) {

  private static final Duration USUAL = Duration.ofSeconds(120);

  public static Command of(String... argv) {
    return new Command(List.of(argv), Map.of(), USUAL, "");
  }

  /** A script for {@code sh -eu}. */
  public static Command sh(String script) {
    return of("sh", "-euc", script);
  }

  public Command with(Map<String, String> more) {
    Map<String, String> all = new HashMap<>(env);
    all.putAll(more);
    return new Command(argv, Map.copyOf(all), deadline, input);
  }

  public Command within(Duration limit) {
    return new Command(argv, env, limit, input);
  }

  public Command stdin(String text) {
    return new Command(argv, env, deadline, text);
  }

  /** Runs to the end; the exit code is the caller's to judge. */
  public Result run() {
    try {
      return execute();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while running " + argv, e);
    }
  }

  /**
   * Runs to the end and returns standard output; any other exit code than 0 is an error that shows
   * both outputs.
   */
  public String ok() {
    Result result = run();
    if (result.exit() != 0) {
      throw new AssertionError(
          argv + " ended with " + result.exit() + "\n" + result.out() + "\n" + result.err());
    }
    return result.out();
  }

  /** Starts it without waiting; its output is thrown away. */
  public Process start() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(argv)
            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().putAll(env);
    return builder.start();
  }

  /** Starts it without waiting; what it writes, errors too, is for the caller to read. */
  public Process startPiped() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(argv)
            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
            .redirectErrorStream(true);
    builder.environment().putAll(env);
    return builder.start();
  }

  private Result execute() throws IOException, InterruptedException {
    Path in = Files.createTempFile("ctr-enc-e2e", ".in");
    Path out = Files.createTempFile("ctr-enc-e2e", ".out");
    Path err = Files.createTempFile("ctr-enc-e2e", ".err");
    try {
      Files.writeString(in, input);
      ProcessBuilder builder =
          new ProcessBuilder(argv)
              .redirectInput(in.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().putAll(env);
      Process process = builder.start();
      if (!process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        throw new AssertionError(
            "%s did not end within %s\n%s\n%s"
                .formatted(argv, deadline, Files.readString(out), Files.readString(err)));
      }
      return new Result(process.exitValue(), text(out), text(err));
    } finally {
      Files.delete(in);
      Files.delete(out);
      Files.delete(err);
    }
  }

  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }

  /** What a program left behind. */
  public record Result(int exit, String out, String err) {}
}
