package ctrenc.daemon.key;

import ctrenc.crypto.protector.MachineKeyProtector;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.daemon.config.AtomicFile;
import ctrenc.daemon.log.FactLog;
import ctrenc.daemon.refusal.RefusedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The file that holds the machine key: {@value MachineKeyProtector#LENGTH} random bytes, mode 0400,
 * made at the first start. Whoever reads it opens every kept root of this state directory, so a
 * file that others may read is refused.
 */
public final class MachineKey {

  private static final FactLog LOG = FactLog.of(MachineKey.class);

  private MachineKey() {}

  /**
   * Makes the file if it is absent, and takes the key into {@code memory}.
   *
   * @param isMissed there are roots, so a file that is absent was lost, and the log says so; those
   *     that open by other protectors need not wait for it
   */
  public static MachineKeyProtector open(
      Path file, boolean isMissed, SecretMemory memory, Entropy entropy) throws IOException {
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      make(file, entropy);
      if (isMissed) {
        LOG.warn(
            "the machine key was lost and another one made: stop the daemon and put back the old"
                + " one, which alone opens the roots that were kept under it",
            "file",
            file);
      }
    }
    SecretFile.requirePrivate("machine key", file);
    byte[] bytes = new byte[MachineKeyProtector.LENGTH];
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      if (in.readNBytes(bytes, 0, bytes.length) != bytes.length || in.read() >= 0) {
        throw RefusedException.conflict(
            "The machine key "
                + file
                + " is not "
                + bytes.length
                + " bytes long: restore it from a backup.");
      }
      return new MachineKeyProtector(Secret.take(memory, bytes));
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  private static void make(Path file, Entropy entropy) throws IOException {
    byte[] fresh = new byte[MachineKeyProtector.LENGTH];
    try {
      entropy.fill(fresh);
      AtomicFile.write(file, fresh, "r--------");
    } finally {
      Arrays.fill(fresh, (byte) 0);
    }
  }
}
