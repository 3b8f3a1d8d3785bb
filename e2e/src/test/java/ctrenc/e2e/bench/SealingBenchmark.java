package ctrenc.e2e.bench;

import ctrenc.crypto.CryptoException;
import ctrenc.crypto.extent.ChunkScratch;
import ctrenc.crypto.extent.ExtentFormat;
import ctrenc.crypto.extent.ExtentOpener;
import ctrenc.crypto.extent.ExtentSeal;
import ctrenc.crypto.extent.ExtentSealer;
import ctrenc.crypto.extent.NonceHedge;
import ctrenc.crypto.extent.Suite;
import ctrenc.crypto.kdf.LayerKey;
import ctrenc.crypto.kdf.Purpose;
import ctrenc.crypto.record.NameHasher;
import ctrenc.crypto.record.RecordSession;
import ctrenc.crypto.record.StateHash;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.SecretMemory;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the store asks of keys and sealing, by one thread. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 6, time = 1)
@Measurement(iterations = 8, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"-XX:+UseSerialGC", "-Xmx256m"})
public class SealingBenchmark {

  private static final int SMALL = 4096;
  private static final int LARGE = ExtentFormat.MAX_LENGTH;

  private final SecretMemory memory = SecretMemory.plain();
  private final LayerKey key = LayerKey.random(memory, Entropy.system(), UUID.randomUUID());
  private final ExtentSealer sealer =
      new ExtentSealer(NonceHedge.start(memory, Entropy.system()), Suite.CURRENT);
  private final ChunkScratch scratch = new ChunkScratch();
  private final RecordSession session = RecordSession.start(key, Entropy.system());
  private final NameHasher names = NameHasher.of(key);
  private final StateHash state = StateHash.empty(key);

  private final byte[] plain = new byte[LARGE];
  private final byte[] sealed = new byte[Suite.CURRENT.sealedLength(LARGE)];
  private final ExtentSeal seal = sealer.seal(key, 1, plain, 0, LARGE, sealed, 0);
  private final ExtentOpener opener;
  private final byte[] chunk = new byte[Suite.CURRENT.chunk()];
  private final byte[] derivationData = new byte[45];
  private final byte[] recordKey = new byte[24];
  private final byte[] record = new byte[200];
  private final byte[] sealedRecord = session.seal(recordKey, record);
  private final byte[] name = "libstdc++.so.6.0.30".getBytes(StandardCharsets.UTF_8);
  private final byte[] out = new byte[Suite.CURRENT.sealedLength(LARGE)];

  public SealingBenchmark() {
    opener = open();
  }

  private ExtentOpener open() {
    try {
      return ExtentOpener.open(key, 1, LARGE, seal);
    } catch (CryptoException e) {
      throw new IllegalStateException(e);
    }
  }

  @Benchmark
  public byte[] deriveKey() {
    return key.derivation().derive(Purpose.EXTENT, derivationData);
  }

  @Benchmark
  public void openExtent() {
    open().close();
  }

  @Benchmark
  public int openChunk() throws CryptoException {
    return opener.openChunk(0, sealed, 0, chunk, 0, scratch);
  }

  @Benchmark
  public ExtentSeal sealSmallExtent() {
    return sealer.seal(key, 2, plain, 0, SMALL, out, 0);
  }

  @Benchmark
  public ExtentSeal sealLargeExtent() {
    return sealer.seal(key, 2, plain, 0, LARGE, out, 0);
  }

  @Benchmark
  public byte[] sealRecord() {
    return session.seal(recordKey, record);
  }

  @Benchmark
  public byte[] openRecord() throws CryptoException {
    return session.open(recordKey, sealedRecord);
  }

  @Benchmark
  public byte[] nameToken() {
    return names.token(4711, name);
  }

  @Benchmark
  public void addToState() {
    state.add(recordKey, record);
  }
}
