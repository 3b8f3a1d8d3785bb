package ctrenc.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The command line as a process of its own, with pipes for streams. */
final class Program implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  private final Process process;
  private final BufferedReader out;
  private final CompletableFuture<String> err;

  private Program(Process process) {
    this.process = process;
    this.out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    this.err =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
              } catch (IOException e) {
                return e.toString();
              }
            });
  }

  /** What is to be executed for a call. */
  static List<String> commandLine(String... arguments) {
    List<String> line =
        new ArrayList<>(
            List.of(
                "env", // Whoever started the tests may ignore signals, which is inherited.
                "--default-signal",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    line.addAll(List.of(arguments));
    return line;
  }

  static Program start(Path run, String... arguments) throws IOException {
    return start(new ProcessBuilder(commandLine(arguments)), run);
  }

  static Program start(ProcessBuilder builder, Path run) throws IOException {
    builder.environment().put("CTR_ENC_RUN", run.toString());
    builder.environment().put("CTR_ENC_STATE", run.resolve("state").toString());
    return new Program(builder.start());
  }

  long pid() {
    return process.pid();
  }

  /** The next line of its output. */
  String line() throws IOException {
    String line = out.readLine();
    if (line == null) {
      throw new AssertionError("the program has nothing more to say than: " + err());
    }
    return line;
  }

  /** The rest of its output. */
  String rest() throws IOException {
    StringBuilder rest = new StringBuilder();
    for (int c = out.read(); c >= 0; c = out.read()) {
      rest.append((char) c);
    }
    return rest.toString();
  }

  String err() {
    return err.join();
  }

  void write(String text) throws IOException {
    try (var in = process.getOutputStream()) {
      in.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("/bin/sh", "-c", "kill -s \"$1\" \"$2\"", "sh", name, "" + pid())
        .start()
        .waitFor();
  }

  int code() throws InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("the program does not end");
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
