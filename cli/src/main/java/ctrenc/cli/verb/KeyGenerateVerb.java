package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.exit.Failure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;

/** Makes a recipient's key pair; the daemon is not asked and never sees the private one. */
public final class KeyGenerateVerb implements Verb {
  private static final int LINE = 64;

  @Override
  public String name() {
    return "generate-recipient";
  }

  @Override
  public String summary() {
    return "Make a key pair: FILE holds both keys, FILE.pub the public one for recipient:FILE.pub.";
  }

  @Override
  public void describe(CommandSpec spec) {
    spec.addPositional(Options.positional("FILE", 1, 1, "A file that does not exist yet."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException {
    Path file = session.surroundings().directory().resolve(arguments.positional(0));
    KeyPair classical = generate("X25519");
    KeyPair postQuantum = generate("ML-KEM-768");
    String publicKeys =
        pem("PUBLIC KEY", classical.getPublic()) + pem("PUBLIC KEY", postQuantum.getPublic());
    String privateKeys =
        pem("PRIVATE KEY", classical.getPrivate()) + pem("PRIVATE KEY", postQuantum.getPrivate());
    write(file, privateKeys + publicKeys, "rw-------");
    write(file.resolveSibling(file.getFileName() + ".pub"), publicKeys, "rw-r--r--");
    return ExitCode.OK.number();
  }

  private static KeyPair generate(String algorithm) {
    try {
      return KeyPairGenerator.getInstance(algorithm).generateKeyPair();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("the JDK lacks " + algorithm, e);
    }
  }

  private static String pem(String label, Key key) {
    String body = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(key.getEncoded());
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, body, label);
  }

  private static void write(Path file, String text, String permissions) throws IOException {
    try (var channel =
        Files.newByteChannel(
            file,
            Set.copyOf(List.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)))) {
      var bytes = java.nio.ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (FileAlreadyExistsException e) {
      throw new Failure(
          ExitCode.ALREADY_EXISTS, "%s is there already: choose another name".formatted(file), e);
    }
  }
}
