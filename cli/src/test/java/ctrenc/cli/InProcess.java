package ctrenc.cli;

import ctrenc.cli.io.Output;
import ctrenc.cli.io.StandardFiles;
import ctrenc.cli.io.Surroundings;
import ctrenc.cli.io.Terminals;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Calls of the command line inside of this process.
 *
 * @param run the run directory
 */
record InProcess(Path run, byte[] input, Terminals terminals, Map<String, String> environment) {
  static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  /** What a call gave. */
  record Result(int code, String out, String err) {}

  InProcess(Path run) {
    this(run, new byte[0], Terminals.NONE, Map.of());
  }

  InProcess with(String text) {
    return new InProcess(run, text.getBytes(StandardCharsets.UTF_8), terminals, environment);
  }

  InProcess on(Terminals other) {
    return new InProcess(run, input, other, environment);
  }

  InProcess in(Map<String, String> other) {
    return new InProcess(run, input, terminals, other);
  }

  Result call(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Map<String, String> variables = new HashMap<>(environment);
    variables.put("CTR_ENC_RUN", run.toString());
    variables.put("CTR_ENC_STATE", run.resolve("state").toString());
    Surroundings surroundings =
        new Surroundings(
            variables,
            new ByteArrayInputStream(input),
            new Output(out),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            () -> NOW,
            terminals,
            StandardFiles.NONE,
            Path.of("/"));
    int code = Main.call(surroundings, arguments);
    return new Result(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
