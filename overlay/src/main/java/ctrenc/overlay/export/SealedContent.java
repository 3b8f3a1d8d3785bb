package ctrenc.overlay.export;

import ctrenc.overlay.layer.FieldWriter;
import ctrenc.overlay.segment.EnvelopeHeader;
import ctrenc.overlay.storage.DamagedException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The data of an object that is open. Envelopes are read whole, so that none is handed out that is
 * not what its checksum says; the checksum at the end is put together from theirs. Thread-safe.
 */
final class SealedContent implements ViewContent {

  private static final long UNKNOWN = -1;

  private final ObjectContent content;
  private final RecentlyUsed<SealedExtent, MemorySegment> recent;
  private final AtomicLongArray checksums;

  /**
   * @param recent envelopes, of this object and others
   */
  SealedContent(ObjectContent content, RecentlyUsed<SealedExtent, MemorySegment> recent) {
    this.content = content;
    this.recent = recent;
    this.checksums = new AtomicLongArray(content.ends().length);
    for (int i = 0; i < checksums.length(); i++) {
      checksums.set(i, UNKNOWN);
    }
  }

  @Override
  public long size() {
    return content.size();
  }

  @Override
  public int read(long offset, MemorySegment target) throws IOException {
    int wanted = (int) Math.min(target.byteSize(), Math.max(0, size() - offset));
    int done = 0;
    while (done < wanted) {
      done += piece(offset + done, target.asSlice(done, wanted - done));
    }
    return done;
  }

  private int piece(long offset, MemorySegment target) throws IOException {
    if (offset < content.head().length) {
      return ViewContent.copy(content.head(), offset, target);
    }
    if (offset >= content.checked()) {
      byte[] checksum = new FieldWriter(Integer.BYTES).putInt(checksum()).toBytes();
      return ViewContent.copy(checksum, offset - content.checked(), target);
    }
    int extent = content.extentAt(offset);
    MemorySegment envelope = envelope(extent);
    long from = offset - content.begin(extent);
    long count = Math.min(envelope.byteSize() - from, target.byteSize());
    MemorySegment.copy(envelope, from, target, 0, count);
    return (int) count;
  }

  private MemorySegment envelope(int extent) throws IOException {
    SealedExtent wanted = content.extents().get(extent);
    Optional<MemorySegment> known = recent.get(wanted);
    MemorySegment envelope = known.isPresent() ? known.get() : recent.put(wanted, read(extent));
    if (envelope.byteSize() != content.ends()[extent] - content.begin(extent)) {
      throw new DamagedException("An extent has another length than its place says.");
    }
    if (checksums.get(extent) == UNKNOWN) {
      checksums.set(extent, Integer.toUnsignedLong(EnvelopeHeader.checksumOf(envelope)));
    }
    return envelope;
  }

  /** Memory that goes when nobody refers to it any more: others may still read it. */
  private MemorySegment read(int extent) throws IOException {
    MemorySegment memory = Arena.ofAuto().allocate(content.ends()[extent] - content.begin(extent));
    EnvelopeHeader header = content.read(extent, room -> memory.asSlice(0, room));
    return memory.asSlice(0, header.envelopeLength());
  }

  private int checksum() throws IOException {
    byte[] head = content.head();
    int sum = EnvelopeHeader.checksumOf(head, 0, head.length);
    for (int i = 0; i < checksums.length(); i++) {
      if (checksums.get(i) == UNKNOWN) {
        envelope(i);
      }
      sum = JoinedChecksum.of(sum, (int) checksums.get(i), content.ends()[i] - content.begin(i));
    }
    return sum;
  }
}
