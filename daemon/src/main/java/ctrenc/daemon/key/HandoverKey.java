package ctrenc.daemon.key;

import ctrenc.crypto.protector.MachineKeyProtector;
import ctrenc.crypto.protector.Protector;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.secret.Secret;
import ctrenc.crypto.secret.SecretMemory;
import ctrenc.overlay.keeper.DescriptorKeeping;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.FileData;
import ctrenc.overlay.sys.MemoryFile;
import ctrenc.overlay.sys.SystemCallException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Opens the KEKs of throwaway roots for the next daemon: random bytes that never lie on a disk, in
 * a memory file that the keeper holds while there are roots to keep. With it, and with nothing
 * else, the keys that roots leave in their memory can be unwrapped.
 */
public final class HandoverKey implements AutoCloseable {

  private static final String NAME = ".handover-key";

  private final Descriptor file;
  private final MachineKeyProtector protector;

  private HandoverKey(Descriptor file, MachineKeyProtector protector) {
    this.file = file;
    this.protector = protector;
  }

  /** Takes the key out of what an earlier daemon left, or makes one. */
  public static HandoverKey open(
      Map<String, List<Descriptor>> left,
      DescriptorKeeping keeping,
      SecretMemory memory,
      Entropy entropy)
      throws IOException {
    List<Descriptor> found = left.remove(NAME);
    Descriptor file = found == null ? make(entropy) : found.getFirst();
    keeping.keep(NAME, List.of(file));
    byte[] bytes = new byte[MachineKeyProtector.LENGTH];
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment native32 = arena.allocate(bytes.length);
      FileData.read(file, 0, native32);
      MemorySegment.copy(native32, ValueLayout.JAVA_BYTE, 0, bytes, 0, bytes.length);
      native32.fill((byte) 0);
      return new HandoverKey(file, new MachineKeyProtector(Secret.take(memory, bytes)));
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  private static Descriptor make(Entropy entropy) throws SystemCallException {
    Descriptor file = MemoryFile.create("ctr-enc-handover");
    byte[] fresh = new byte[MachineKeyProtector.LENGTH];
    try (Arena arena = Arena.ofConfined()) {
      entropy.fill(fresh);
      MemorySegment source = arena.allocate(fresh.length);
      MemorySegment.copy(fresh, 0, source, ValueLayout.JAVA_BYTE, 0, fresh.length);
      FileData.write(file, 0, source);
      source.fill((byte) 0);
      return file;
    } finally {
      Arrays.fill(fresh, (byte) 0);
    }
  }

  public Protector protector() {
    return protector;
  }

  @Override
  public void close() throws SystemCallException {
    protector.close();
    file.close();
  }
}
