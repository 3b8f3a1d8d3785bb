package ctrenc.crypto;

import ctrenc.crypto.secret.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Properties;
import java.util.UUID;

/** One file of vectors beside this class's resources. */
final class Vectors {

  private final String file;
  private final Properties values = new Properties();

  Vectors(String file) {
    this.file = file;
    try (InputStream in = Objects.requireNonNull(Vectors.class.getResourceAsStream(file), file)) {
      values.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String text(String name) {
    return Objects.requireNonNull(values.getProperty(name), () -> file + " has no " + name);
  }

  byte[] bytes(String name) {
    return HexFormat.of().parseHex(text(name));
  }

  UUID uuid(String name) {
    return UUID.fromString(text(name));
  }

  long number(String name) {
    return Long.parseLong(text(name));
  }

  Secret secret(String name) {
    return Secret.take(Fixtures.MEMORY, bytes(name));
  }
}
