package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.crypto.CryptoException;
import ctrenc.crypto.MalformedException;
import ctrenc.crypto.WrongKeyException;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.RawKeyAccess;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.crypto.tpm.Tpm;
import ctrenc.crypto.tpm.TpmChannel;
import ctrenc.crypto.tpm.TpmException;
import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.SoftwareTpm;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What passes between us and a real TPM in software, and what whoever changes it there achieves.
 */
@Tag("kernel")
class TpmBusTest {

  private static final byte[] SECRET =
      "a secret of thirty-two bytes....".getBytes(StandardCharsets.US_ASCII);

  private final List<byte[]> passed = new ArrayList<>();
  private UnaryOperator<byte[]> onTheWay = UnaryOperator.identity();
  private Path files;
  private SoftwareTpm tpm;

  @BeforeEach
  void begin() throws IOException {
    files = Files.createTempDirectory("ctr-enc-e2e-bus");
    start("mine");
  }

  private void start(String state) throws IOException {
    tpm = SoftwareTpm.start(files.resolve(state), files.resolve("socket"));
  }

  @AfterEach
  void stop() throws IOException {
    tpm.close();
    Command.of("rm", "-rf", files.toString()).ok();
  }

  /** What is done with a TPM. */
  @FunctionalInterface
  private interface Work<R> {
    R with(Tpm tpm) throws IOException, CryptoException;
  }

  private <R> R ask(Work<R> work) throws IOException, CryptoException {
    try (SocketChannel socket =
        SocketChannel.open(UnixDomainSocketAddress.of(files.resolve("socket")))) {
      TpmChannel channel =
          command -> {
            passed.add(command);
            socket.write(ByteBuffer.wrap(command));
            ByteBuffer answer = ByteBuffer.allocate(TpmChannel.MAX_LENGTH);
            if (socket.read(answer) <= 0) {
              throw new EOFException("swtpm has ended");
            }
            passed.add(Arrays.copyOf(answer.array(), answer.position()));
            return onTheWay.apply(passed.getLast());
          };
      return work.with(new Tpm(channel, SecretMemory.plain(), Entropy.system()));
    }
  }

  private byte[] seal() throws IOException, CryptoException {
    try (Secret secret = Secret.take(SecretMemory.plain(), SECRET.clone())) {
      return ask(one -> one.seal(secret));
    }
  }

  private byte[] unseal(byte[] sealed) throws IOException, CryptoException {
    try (Secret opened = ask(one -> one.unseal(sealed))) {
      return opened.use(RawKeyAccess.grant(), byte[]::clone);
    }
  }

  @Test
  void secretsComeBackAndNeverPassInClear() throws Exception {
    byte[] sealed = seal();
    assertThat(unseal(sealed)).isEqualTo(SECRET);
    String secret = new String(SECRET, StandardCharsets.ISO_8859_1);
    passed.add(sealed);
    assertThat(passed)
        .hasSizeGreaterThan(16)
        .noneMatch(bytes -> new String(bytes, StandardCharsets.ISO_8859_1).contains(secret));
    assertThat(unseal(sealed)).as("nothing of the first time is left in the way").isEqualTo(SECRET);
  }

  @Test
  void manyInARowLeaveNothingInTheTpm() throws Exception {
    // It holds three objects and three sessions at a time.
    for (int i = 0; i < 10; i++) {
      assertThat(unseal(seal())).isEqualTo(SECRET);
    }
  }

  @Test
  void anotherTpmUnsealsNothing() throws Exception {
    byte[] sealed = seal();
    tpm.close();
    start("others");
    assertThatThrownBy(() -> unseal(sealed)).isInstanceOf(WrongKeyException.class);
    // Whoever makes us believe that it is the same TPM has not its storage key.
    byte[] claimed = sealed.clone();
    System.arraycopy(seal(), 1, claimed, 1, 34);
    assertThatThrownBy(() -> unseal(claimed)).isInstanceOf(TpmException.class);
  }

  @Test
  void damageOfWhatIsStoredIsFound() throws Exception {
    byte[] sealed = seal();
    for (int at = 0; at < sealed.length; at++) {
      byte[] damaged = sealed.clone();
      damaged[at] ^= 1;
      assertThatThrownBy(() -> unseal(damaged))
          .as("byte %d of %d", at, sealed.length)
          .isInstanceOfAny(CryptoException.class, TpmException.class);
      byte[] cut = Arrays.copyOf(sealed, at);
      assertThatThrownBy(() -> unseal(cut)).as("%d bytes", at).isInstanceOf(CryptoException.class);
    }
    assertThatThrownBy(() -> unseal(Arrays.copyOf(sealed, sealed.length + 1)))
        .isInstanceOf(MalformedException.class);
  }

  /** Every byte of every answer of an unsealing, one at a time. */
  @Test
  void changedAnswersGiveNoSecret() throws Exception {
    byte[] sealed = seal();
    passed.clear();
    unseal(sealed);
    List<Integer> lengths = new ArrayList<>();
    for (int i = 1; i < passed.size(); i += 2) {
      lengths.add(passed.get(i).length);
    }
    for (int answer = 0; answer < lengths.size(); answer++) {
      for (int at = 0; at < lengths.get(answer); at++) {
        changeOne(answer, at);
        noOtherSecret(sealed, answer, at);
      }
    }
  }

  private void changeOne(int answer, int at) {
    int[] seen = {0};
    onTheWay =
        bytes -> {
          byte[] changed = bytes.clone();
          if (seen[0]++ == answer && at < changed.length) {
            changed[at] ^= 1;
          }
          return changed;
        };
  }

  private void noOtherSecret(byte[] sealed, int answer, int at) throws Exception {
    try {
      // What no proof covers, as the answer to a flush, changes nothing.
      assertThat(unseal(sealed)).as("answer %d, byte %d", answer, at).isEqualTo(SECRET);
    } catch (TpmException | CryptoException expected) {
      onTheWay = UnaryOperator.identity();
      switchOnAgainIfFull(sealed);
    }
  }

  /** Who is told a wrong handle flushes nothing, and the TPM has room for three of a kind. */
  private void switchOnAgainIfFull(byte[] sealed) throws Exception {
    try {
      unseal(sealed);
    } catch (TpmException full) {
      tpm.close();
      start("mine");
      assertThat(unseal(sealed)).isEqualTo(SECRET);
    }
  }
}
