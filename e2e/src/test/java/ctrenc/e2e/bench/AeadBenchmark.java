package ctrenc.e2e.bench;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * AES-256-GCM, one message after another under one key with a fresh nonce each, as chunks of an
 * extent are sealed. One thread.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 6, time = 1)
@Measurement(iterations = 8, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"-XX:+UseSerialGC", "-Xmx256m"})
public class AeadBenchmark {

  private static final int TAG = 16;

  @Param public AeadProvider provider = AeadProvider.JDK_HEAP;

  @Param({"4096", "16384", "65536"})
  public int size;

  private final SecretKey key = new SecretKeySpec(new byte[32], "AES");
  private final byte[] nonce = new byte[12];
  private final ByteBuffer counter = ByteBuffer.wrap(nonce);
  private Cipher cipher;
  private byte[] plain = {};
  private byte[] sealed = {};
  private byte[] out = {};
  private ByteBuffer directPlain = ByteBuffer.allocate(0);
  private ByteBuffer directSealed = directPlain;
  private ByteBuffer directOut = directPlain;
  private long messages;

  public AeadBenchmark() {
    try {
      cipher = AeadProvider.JDK_HEAP.cipher();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Setup
  public void prepare() throws GeneralSecurityException {
    cipher = provider.cipher();
    plain = new byte[size];
    Arrays.fill(plain, (byte) 0x5A);
    sealed = new byte[size + TAG];
    out = new byte[size + TAG];
    cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG * 8, nonce));
    cipher.doFinal(plain, 0, size, sealed, 0);
    directPlain = ByteBuffer.allocateDirect(size).put(plain);
    directSealed = ByteBuffer.allocateDirect(size + TAG).put(sealed);
    directOut = ByteBuffer.allocateDirect(size + TAG);
  }

  @Benchmark
  public int seal() throws GeneralSecurityException {
    counter.putLong(Integer.BYTES, ++messages);
    cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG * 8, nonce));
    return run(plain, directPlain);
  }

  @Benchmark
  public int open() throws GeneralSecurityException {
    cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG * 8, nonce));
    return run(sealed, directSealed);
  }

  private int run(byte[] in, ByteBuffer directIn) throws GeneralSecurityException {
    if (provider == AeadProvider.JDK_DIRECT) {
      return cipher.doFinal(directIn.rewind(), directOut.clear());
    }
    return cipher.doFinal(in, 0, in.length, out, 0);
  }
}
