package ctrenc.e2e.containerd;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.Containerd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Clients of containerd that import, run, commit and remove in loops, until they are told to stop.
 * What they ask may fail; what they are told must be true.
 */
final class Workers implements AutoCloseable {

  /** A container that reads something else than was written says so by its exit code. */
  private static final int WRONG = 77;

  private final Path stop;
  private final List<Process> processes;

  private Workers(Path stop, List<Process> processes) {
    this.stop = stop;
    this.processes = processes;
  }

  static Workers start(Containerd containerd, Path archive, String image, Path stop)
      throws IOException {
    String pulls =
        "CTR images import --snapshotter ctr-enc %s && CTR images rm --sync %s"
            .formatted(archive, image);
    String runs =
        """
        CTR run --rm --snapshotter ctr-enc %s run$i /bin/sh -c \
          '[ "$(cat /d/*)" = "$(printf "1\\n2")" ] || exit %2$d; echo x > /x; [ "$(cat /x)" = x ] || exit %2$d'
        [ $? != %2$d ] || { echo wrong; exit 1; }
        """
            .formatted(image, WRONG);
    // No views: ctr does not hold on to them, and where containerd's garbage collection takes one
    // it goes on counting it as a child of its parent, with any snapshotter.
    String commits =
        """
        S="CTR snapshots --snapshotter ctr-enc"
        $S prepare k$i && $S commit n$i k$i && $S prepare m$i n$i && $S prepare v$i n$i
        $S rm v$i; $S rm m$i; $S rm n$i; $S rm k$i
        """;
    return new Workers(
        stop,
        List.of(
            start(containerd, stop, pulls),
            start(containerd, stop, runs),
            start(containerd, stop, commits)));
  }

  private static Process start(Containerd containerd, Path stop, String script) throws IOException {
    String ctr = "timeout 15 " + String.join(" ", containerd.ctr().argv());
    String loop =
        """
        i=0; done=0
        while [ ! -e %s ]; do
          i=$((i+1))
          %s
          [ $? != 0 ] || done=$((done+1))
        done
        echo done $done
        """
            .formatted(stop, script.replace("CTR", ctr).strip());
    return Command.of("sh", "-uc", loop).startPiped();
  }

  /** Returns how many rounds went through. */
  long end() throws IOException, InterruptedException {
    Files.createFile(stop);
    long done = 0;
    for (Process process : processes) {
      String text = new String(process.getInputStream().readAllBytes());
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).as(text).isTrue();
      assertThat(process.exitValue()).as(text).isZero();
      done += Long.parseLong(text.strip().replaceFirst("(?s).*done ", ""));
    }
    return done;
  }

  @Override
  public void close() {
    for (Process process : processes) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
