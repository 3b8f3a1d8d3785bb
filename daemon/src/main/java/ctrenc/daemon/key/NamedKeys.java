package ctrenc.daemon.key;

import ctrenc.crypto.protector.KeyFileProtector;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.daemon.refusal.RefusedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * Keys that the administrator put on this machine under names: key files of one directory, each
 * called by its name. They are read at each use, so that a key which is gone opens nothing any
 * more. Thread-safe.
 */
public record NamedKeys(Path directory, SecretMemory memory) {

  /** No name leads out of the directory, or is hidden. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  /** Whether a key has that name. */
  public static boolean isThere(Path directory, String name) {
    return NAME.matcher(name).matches()
        && Files.exists(directory.resolve(name), LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * The caller closes it.
   *
   * @throws RefusedException if there is no such key, or others than its owner can read it
   */
  public KeyFileProtector open(String name) throws IOException {
    if (!isThere(directory, name)) {
      throw RefusedException.conflict(
          "There is no key called " + name + " in " + directory + ": put it back.");
    }
    Path file = directory.resolve(name);
    SecretFile.requirePrivate("key", file);
    byte[] bytes = read(file);
    try {
      if (bytes.length < KeyFileProtector.MIN_LENGTH || bytes.length > SecretMemory.MAX_SIZE) {
        throw RefusedException.conflict(
            "The key %s is not %d to %d bytes long: put another one in its place."
                .formatted(file, KeyFileProtector.MIN_LENGTH, SecretMemory.MAX_SIZE));
      }
      return new KeyFileProtector(Secret.take(memory, bytes));
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  private static byte[] read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      return in.readNBytes(SecretMemory.MAX_SIZE + 1);
    }
  }
}
