package ctrenc.cli.io;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.exit.Failure;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Standard output: buffered, always UTF-8, and never silent about a write that failed. Not
 * thread-safe.
 */
public final class Output {
  private final OutputStream stream;

  public Output(OutputStream stream) {
    this.stream = new BufferedOutputStream(stream);
  }

  public void text(String text) {
    bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  public void line(String line) {
    text(line + "\n");
  }

  public void bytes(byte[] bytes) {
    try {
      stream.write(bytes);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  public void flush() {
    try {
      stream.flush();
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /** Nobody reads what is written. */
  public static Failure readerGone() {
    return new Failure(ExitCode.BROKEN_PIPE, "the reader of the output went away");
  }

  private static Failure unwritable(IOException e) {
    if ("Broken pipe".equals(e.getMessage())) {
      return readerGone();
    }
    return new Failure(
        ExitCode.FAILED,
        "standard output cannot be written (%s): send it somewhere else".formatted(e.getMessage()),
        e);
  }
}
