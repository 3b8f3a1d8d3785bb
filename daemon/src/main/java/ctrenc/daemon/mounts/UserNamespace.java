package ctrenc.daemon.mounts;

import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.FileOpener;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** User namespaces that nobody lives in: they say how a mount's owners are mapped. Stateless. */
public final class UserNamespace {

  private static final int READ_ONLY = 0;

  private UserNamespace() {}

  /**
   * Makes one, by a process that lives in it until it is mapped; a process of several threads, as
   * this one is, cannot make one for itself.
   *
   * @throws RefusedException if the kernel does not take the mapping
   */
  public static Descriptor of(IdMapping mapping) throws IOException {
    Process inside = new ProcessBuilder("unshare", "--user", "cat").start();
    try {
      awaitInside(inside);
      Path process = Path.of("/proc/" + inside.pid());
      write(process.resolve("gid_map"), mapping.groups());
      write(process.resolve("uid_map"), mapping.users());
      return FileOpener.open(process.resolve("ns/user"), READ_ONLY);
    } finally {
      inside.destroyForcibly();
    }
  }

  /** What cat repeats it repeats inside. */
  private static void awaitInside(Process process) throws IOException {
    OutputStream in = process.getOutputStream();
    in.write('\n');
    in.flush();
    InputStream out = process.getInputStream();
    if (out.read() < 0) {
      throw new IOException("No user namespace can be made here: unshare --user ended.");
    }
  }

  private static void write(Path file, String ranges) throws IOException {
    try {
      Files.writeString(file, ranges, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new RefusedException(
          RefusedException.Kind.INVALID,
          "The kernel does not take the mapping of ids: ranges must be of at least one id, and apart.",
          e);
    }
  }
}
