package ctrenc.daemon.key;

import ctrenc.crypto.CryptoException;
import ctrenc.crypto.WrongKeyException;
import ctrenc.crypto.protector.WrappedSecretProtector;
import ctrenc.crypto.protector.WrappedSecretProtector.Wrapped;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.crypto.tpm.Tpm;
import ctrenc.crypto.tpm.TpmException;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.daemon.refusal.Sentences;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Secrets that this machine's TPM 2.0 seals and unseals: a fresh one for each root. The device is
 * opened for each, so a TPM that comes or goes is noticed. Every call may take as long as {@code
 * patience}, so no lock is held over it that others need. Thread-safe.
 *
 * @param device the kernel's device with a resource manager, or a socket
 */
record TpmKeys(Path device, Duration patience, SecretMemory memory) {

  /** What the TPM does with a secret. */
  @FunctionalInterface
  private interface Work<R> {
    R with(Tpm tpm) throws IOException, CryptoException;
  }

  /** One with a fresh secret; the caller closes it. */
  WrappedSecretProtector enrol() throws RefusedException {
    Secret secret = Secret.random(memory, Entropy.system(), WrappedSecretProtector.LENGTH);
    boolean isWhole = false;
    try {
      byte[] sealed = ask(tpm -> tpm.seal(secret));
      isWhole = true;
      return new WrappedSecretProtector(secret, Wrapped.byTpm(sealed));
    } finally {
      if (!isWhole) {
        secret.close();
      }
    }
  }

  /**
   * What was enrolled; the caller closes it.
   *
   * @throws RefusedException if there is no TPM, or it does not unseal it
   */
  WrappedSecretProtector open(Wrapped wrapped) throws RefusedException {
    return new WrappedSecretProtector(ask(tpm -> tpm.unseal(wrapped.bytes())), wrapped);
  }

  private <R> R ask(Work<R> work) throws RefusedException {
    if (!Files.exists(device)) {
      throw RefusedException.conflict(
          "There is no TPM 2.0 at "
              + device
              + ": switch it on in the firmware, or say by ctr-enc.tpm where it is.");
    }
    try (TpmDevice opened = TpmDevice.open(device, patience)) {
      return work.with(new Tpm(opened, memory, Entropy.system()));
    } catch (WrongKeyException e) {
      throw failed("is another one than the key was sealed by, or was cleared since", e);
    } catch (CryptoException e) {
      throw failed("was given what it cannot unseal: " + e.getMessage(), e);
    } catch (TpmException | SilentTpmException e) {
      throw failed(Sentences.of(e), e);
    } catch (IOException e) {
      throw failed("cannot be used: " + Sentences.of(e), e);
    }
  }

  private RefusedException failed(String how, Exception cause) {
    String sentence = "The TPM at " + device + " " + how;
    return new RefusedException(
        RefusedException.Kind.CONFLICT, sentence + (how.endsWith(".") ? "" : "."), cause);
  }
}
