package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Command;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a process gets after a forced lock that has changes in the kernel's cache alone: each of
 * fsync, msync and close tells, by itself, and mappings show nothing any more.
 */
@Tag("kernel")
class ForcedLockTest extends SharedDaemonCase {

  private static final int SIGBUS = 7;

  /** Each file is asked one thing alone; a child goes on changing one until it is ended. */
  private static final String HOLDER =
      """
      import mmap, os, signal, sys
      def opened(name, length):
          made = os.open(name, os.O_RDWR | os.O_CREAT)
          os.ftruncate(made, length)
          return made
      def told(what, call):
          try: call(); print(what + ": fine", flush=True)
          except OSError as e: print(what + ": " + os.strerror(e.errno), flush=True)
      os.chdir(sys.argv[1])
      files = {name: opened(name, 100000) for name in ("fsync", "msync", "close", "busy", "shown")}
      maps = {name: mmap.mmap(files[name], 100000) for name in ("msync", "busy", "shown")}
      for name in ("msync", "busy", "shown"): maps[name][:] = b"y" * 100000
      for name in ("fsync", "close"): os.pwrite(files[name], b"x" * 100000, 0)
      busy = os.fork()
      while busy == 0: maps["busy"][:] = b"z" * 100000
      print("ready", flush=True); sys.stdin.readline()
      told("fsync", lambda: os.fsync(files["fsync"]))
      told("msync", lambda: maps["msync"].flush())
      told("close", lambda: os.close(files["close"]))
      print("signal", os.waitpid(busy, 0)[1] & 127, flush=True)
      told("fsync of what was changed meanwhile", lambda: os.fsync(files["busy"]))
      print(maps["shown"][0])
      """;

  @ParameterizedTest
  @ValueSource(strings = {"image", "writeback"})
  void whatTheKernelAloneHasIsStoredAndEachCallTells(String cache) throws Exception {
    Path root = daemon.create(cache, "--empty", "--keep", "--cache", cache);
    Process holder =
        new ProcessBuilder("python3", "-c", HOLDER, root.toString())
            .redirectErrorStream(true)
            .start();
    try (BufferedReader said = holder.inputReader();
        BufferedWriter go = holder.outputWriter()) {
      assertThat(said.readLine()).isEqualTo("ready");
      daemon.cli("lock", "--force", cache).ok();
      go.append('\n').flush();
      eachCallTells(said);
      assertThat(holder.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(holder.exitValue()).isEqualTo(128 + SIGBUS);
    } finally {
      holder.descendants().forEach(ProcessHandle::destroyForcibly);
      holder.destroyForcibly();
    }
    isStored(daemon.mount(cache));
  }

  private static void eachCallTells(BufferedReader said) throws IOException {
    for (String asked : List.of("fsync", "msync", "close")) {
      assertThat(said.readLine()).isEqualTo(asked + ": Required key not available");
    }
    assertThat(said.readLine()).isEqualTo("signal " + SIGBUS);
    // The kernel has EIO for what it could not write by itself, and tells that first.
    assertThat(said.readLine())
        .isIn(
            "fsync of what was changed meanwhile: Input/output error",
            "fsync of what was changed meanwhile: Required key not available");
    assertThat(said.readLine()).as("what a mapping shows").isNull();
  }

  private static void isStored(Path again) throws IOException {
    for (String file : List.of("fsync", "close")) {
      assertThat(again.resolve(file)).hasContent("x".repeat(100_000));
    }
    assertThat(again.resolve("msync")).hasContent("y".repeat(100_000));
    assertThat(Command.of("wc", "-c", again.resolve("busy").toString()).ok()).startsWith("100000");
  }
}
