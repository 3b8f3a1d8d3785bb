package ctrenc.cli.io;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.exit.Failure;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Where secrets come from: a terminal without echo, a file, or an open descriptor; never an
 * argument or a variable, which other processes can read. What is returned is the caller's to wipe.
 */
public final class Secrets {

  private static final File TERMINAL = new File("/dev/tty");
  private static final int LONGEST = 4096;

  private Secrets() {}

  /** A line that a person types. */
  public static byte[] ask(String prompt) {
    try (InputStream in = new FileInputStream(TERMINAL);
        OutputStream out = new FileOutputStream(TERMINAL)) {
      out.write(prompt.getBytes(StandardCharsets.UTF_8));
      Thread restore = new Thread(() -> echo(true));
      Runtime.getRuntime().addShutdownHook(restore);
      echo(false);
      try {
        return firstLine(in);
      } finally {
        echo(true);
        Runtime.getRuntime().removeShutdownHook(restore);
        out.write('\n');
      }
    } catch (IOException e) {
      throw new Failure(
          ExitCode.USAGE,
          "there is no terminal to ask for a secret: give it by a file or a descriptor, as --help has it",
          e);
    }
  }

  /** The first line of a file. */
  public static byte[] line(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return firstLine(in);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** A whole file. */
  public static byte[] all(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static Failure unreadable(Path file, IOException e) {
    return new Failure(ExitCode.FAILED, "%s cannot be read: check the path".formatted(file), e);
  }

  private static byte[] firstLine(InputStream in) throws IOException {
    byte[] line = new byte[LONGEST];
    int length = 0;
    try {
      int next = in.read();
      while (next >= 0 && next != '\n') {
        if (length == LONGEST) {
          throw new Failure(ExitCode.USAGE, "a secret has at most %d bytes".formatted(LONGEST));
        }
        line[length++] = (byte) next;
        next = in.read();
      }
      if (length == 0) {
        throw new Failure(ExitCode.USAGE, "the secret is empty: nothing was done");
      }
      return Arrays.copyOf(line, length);
    } finally {
      Arrays.fill(line, (byte) 0);
    }
  }

  private static void echo(boolean isOn) {
    try {
      new ProcessBuilder("stty", isOn ? "echo" : "-echo").redirectInput(TERMINAL).start().waitFor();
    } catch (IOException e) {
      throw new Failure(ExitCode.FAILED, "stty cannot be run, which hides what is typed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
