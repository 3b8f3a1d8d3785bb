package ctrenc.cli.io;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;

/**
 * What the command line has around it, so that a whole call can be made inside of another process.
 * Programs that are executed inherit the streams of the process, whatever stands here.
 *
 * @param directory the working directory, absolute
 */
public record Surroundings(
    Map<String, String> environment,
    InputStream in,
    Output out,
    PrintStream err,
    InstantSource clock,
    Terminals terminals,
    StandardFiles files,
    Path directory) {

  public static Surroundings ofThisProcess() {
    return new Surroundings(
        System.getenv(),
        new FileInputStream(FileDescriptor.in),
        new Output(new FileOutputStream(FileDescriptor.out)),
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
        InstantSource.system(),
        Terminals.ofThisProcess(),
        StandardFiles.ofThisProcess(),
        Path.of("").toAbsolutePath());
  }

  /** Whether this is a container that runs others, as the launcher that is bound into it says. */
  public boolean isInContainer() {
    return "1".equals(environment.get("CTR_ENC_NESTED"));
  }

  /** The same with another environment. */
  public Surroundings with(Map<String, String> other) {
    return new Surroundings(other, in, out, err, clock, terminals, files, directory);
  }

  /** Says something beside the output. */
  public void note(String sentence) {
    err.print("ctr-enc: " + sentence + "\n");
    err.flush();
  }
}
