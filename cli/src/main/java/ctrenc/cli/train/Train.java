package ctrenc.cli.train;

import ctrenc.cli.Main;
import ctrenc.cli.io.Output;
import ctrenc.cli.io.StandardFiles;
import ctrenc.cli.io.Surroundings;
import ctrenc.cli.io.Terminals;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/**
 * The program that is run once with {@code -XX:AOTCacheOutput}: it makes every kind of call in this
 * process, so that the cache holds what the calls of every day need. Prints nothing but calls that
 * ended otherwise than they should, and then fails.
 */
public final class Train {
  private static final String SOCKET = "ctr-enc.sock";

  /** What is called, and with what it must end. */
  private record Lesson(int code, List<String> arguments) {
    static Lesson of(int code, String line) {
      return new Lesson(code, List.of(line.split(" ")));
    }
  }

  private static final List<Lesson> LESSONS =
      List.of(
          Lesson.of(0, "--help"),
          Lesson.of(0, "run --help"),
          Lesson.of(2, "no-such-verb"),
          Lesson.of(2, "ps --no-such-option"),
          Lesson.of(6, "ps --run-dir /nonexistent"),
          Lesson.of(0, "run --host -e A=b -w / -u 0 -v /:/mnt:ro -m 1g --cpus 1 -- true"),
          Lesson.of(0, "run -d --name a image true"),
          Lesson.of(0, "create a --host"),
          Lesson.of(0, "mount a /mnt"),
          Lesson.of(0, "umount a"),
          Lesson.of(0, "ps"),
          Lesson.of(0, "ps --json"),
          Lesson.of(0, "inspect a"),
          Lesson.of(0, "exec a -- true"),
          Lesson.of(0, "logs a"),
          Lesson.of(0, "stop a"),
          Lesson.of(0, "rm a"),
          Lesson.of(0, "events"),
          Lesson.of(0, "image import / name"),
          Lesson.of(0, "image ls"),
          Lesson.of(0, "image rm a"),
          Lesson.of(0, "daemon start"),
          Lesson.of(0, "daemon status"),
          Lesson.of(0, "version"),
          Lesson.of(0, "completion bash"));

  private Train() {}

  public static void main(String[] arguments) throws IOException {
    Path directory = Files.createTempDirectory("ctr-enc-train");
    int failures = 0;
    try (TrainingDaemon _ = new TrainingDaemon(directory.resolve(SOCKET))) {
      for (Lesson lesson : LESSONS) {
        int code = Main.call(surroundings(directory), lesson.arguments().toArray(String[]::new));
        if (code != lesson.code()) {
          System.err.printf("training: %s ended with %d%n", lesson.arguments(), code);
          failures++;
        }
      }
    } finally {
      Files.deleteIfExists(directory.resolve(SOCKET));
      Files.delete(directory);
    }
    // Exit and not halt: the cache is written on the way out.
    System.exit(failures == 0 ? 0 : 1);
  }

  private static Surroundings surroundings(Path directory) {
    return new Surroundings(
        Map.of("CTR_ENC_RUN", directory.toString()),
        InputStream.nullInputStream(),
        new Output(OutputStream.nullOutputStream()),
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
        InstantSource.system(),
        Terminals.NONE,
        StandardFiles.NONE,
        directory);
  }
}
