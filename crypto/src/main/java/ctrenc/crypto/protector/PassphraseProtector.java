package ctrenc.crypto.protector;

import ctrenc.crypto.MalformedException;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.RawKeyAccess;
import ctrenc.crypto.secret.Secret;
import java.nio.ByteBuffer;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * A passphrase, stretched by Argon2id. Its slot holds no check value: where a machine key is needed
 * too, a stolen store alone lets nobody guess.
 *
 * <p>Parameters: memory in KiB (4) | passes (4) | lanes (4) | salt (16). The share is 32 bytes of
 * Argon2id, version 0x13.
 */
public final class PassphraseProtector implements Protector {

  private static final int SALT = 16;
  private static final int PARAMETERS = 3 * Integer.BYTES + SALT;

  private final Secret passphrase;
  private final Argon2Cost cost;

  /**
   * Takes {@code passphrase}, its UTF-8 bytes, over and closes it. {@code cost} counts for new
   * slots only.
   */
  public PassphraseProtector(Secret passphrase, Argon2Cost cost) {
    this.passphrase = passphrase;
    this.cost = cost;
  }

  @Override
  public ProtectorType type() {
    return ProtectorType.PASSPHRASE;
  }

  @Override
  public Enrolment enrol(Entropy entropy) {
    byte[] salt = new byte[SALT];
    entropy.fill(salt);
    byte[] parameters =
        ByteBuffer.allocate(PARAMETERS)
            .putInt(cost.memoryKib())
            .putInt(cost.passes())
            .putInt(cost.lanes())
            .put(salt)
            .array();
    return new Enrolment(new ProtectorSlot(type().code(), parameters), stretch(cost, salt));
  }

  @Override
  public boolean fits(ProtectorSlot slot) {
    return slot.is(type());
  }

  @Override
  public Secret share(ProtectorSlot slot) throws MalformedException {
    if (!fits(slot) || slot.parameters().length != PARAMETERS) {
      throw new MalformedException("the protector's slot is not one of a " + type());
    }
    ByteBuffer parameters = ByteBuffer.wrap(slot.parameters());
    int memoryKib = parameters.getInt();
    int passes = parameters.getInt();
    int lanes = parameters.getInt();
    if (!Argon2Cost.isSound(memoryKib, passes, lanes)) {
      throw new MalformedException("the passphrase's slot asks for a cost out of bounds");
    }
    byte[] salt = new byte[SALT];
    parameters.get(salt);
    return stretch(new Argon2Cost(memoryKib, passes, lanes), salt);
  }

  private Secret stretch(Argon2Cost how, byte[] salt) {
    Argon2Parameters parameters =
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(how.memoryKib())
            .withIterations(how.passes())
            .withParallelism(how.lanes())
            .withSalt(salt)
            .build();
    Argon2BytesGenerator argon2 = new Argon2BytesGenerator();
    argon2.init(parameters);
    byte[] share = new byte[RawKeyShare.SHARE];
    passphrase.use(RawKeyAccess.grant(), bytes -> argon2.generateBytes(bytes, share));
    return Secret.take(passphrase.memory(), share);
  }

  @Override
  public void close() {
    passphrase.close();
  }
}
