package ctrenc.overlay.subvolume;

import ctrenc.overlay.scrub.ScrubFinding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What a repair told. */
final class Repairs implements RepairSink {

  private final List<ScrubFinding> repaired = new ArrayList<>();
  private final List<ScrubFinding> left = new ArrayList<>();
  private long verified;
  private long read;

  /** The largest of some files. */
  static Path largest(List<Path> files) {
    return files.stream().max(Comparator.comparingLong(Repairs::size)).orElseThrow();
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void repaired(ScrubFinding finding) {
    repaired.add(finding);
  }

  @Override
  public void left(ScrubFinding finding) {
    left.add(finding);
  }

  @Override
  public void verified(long bytes) {
    verified = bytes;
  }

  @Override
  public void read(long bytes) {
    read = bytes;
  }

  List<ScrubFinding> repaired() {
    return repaired;
  }

  List<ScrubFinding> left() {
    return left;
  }

  long bytesVerified() {
    return verified;
  }

  long bytesRead() {
    return read;
  }
}
