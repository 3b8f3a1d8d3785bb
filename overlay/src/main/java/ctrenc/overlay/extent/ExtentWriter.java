package ctrenc.overlay.extent;

import ctrenc.crypto.extent.ExtentSeal;
import ctrenc.crypto.kdf.LayerKey;
import ctrenc.crypto.secret.SecretClosedException;
import ctrenc.overlay.segment.EnvelopeHeader;
import ctrenc.overlay.segment.SegmentFiles;
import ctrenc.overlay.segment.SegmentPlace;
import ctrenc.overlay.storage.KeyAbsentException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;

/** Seals extents and appends them, header and chunks in one write. */
final class ExtentWriter {

  private final SegmentFiles segments;
  private final LayerKeySource keys;
  private final ExtentLedger ledger;
  private final ExtentJournal journal;
  private final ExtentCache cache;
  private final ExtentWorkspaces workspaces;

  ExtentWriter(
      SegmentFiles segments,
      LayerKeySource keys,
      ExtentLedger ledger,
      ExtentJournal journal,
      ExtentCache cache,
      ExtentWorkspaces workspaces) {
    this.segments = segments;
    this.keys = keys;
    this.ledger = ledger;
    this.journal = journal;
    this.cache = cache;
    this.workspaces = workspaces;
  }

  ExtentReference append(byte[] plain, int offset, int length) throws IOException {
    LayerKey key = keys.key();
    long id = ledger.takeId();
    boolean isAppended = false;
    Workspace workspace = workspaces.borrow();
    try {
      ExtentReference appended = append(key, id, plain, offset, length, workspace);
      isAppended = true;
      return appended;
    } catch (SecretClosedException e) {
      throw new KeyAbsentException("The layer was locked meanwhile. Unlock it and retry.", e);
    } finally {
      workspaces.giveBack(workspace);
      if (!isAppended) {
        ledger.failed(id);
      }
    }
  }

  private ExtentReference append(
      LayerKey key, long id, byte[] plain, int offset, int length, Workspace workspace)
      throws IOException {
    int sealedLength = workspace.sealer().suite().sealedLength(length);
    byte[] sealed = workspace.sealed(sealedLength);
    ExtentSeal seal = workspace.sealer().seal(key, id, plain, offset, length, sealed, 0);
    EnvelopeHeader header = header(key, id, seal, length, sealedLength, sealed);
    MemorySegment envelope = envelope(header, sealed, workspace);
    SegmentPlace place = segments.append(envelope);
    PlaceRecord record = new PlaceRecord(place, length, header.checksum());
    ledger.appended(id, record);
    journal.offer(id, place, envelope);
    cache.put(new OpenExtent(id, record, seal));
    ByteBuffer commitment = ByteBuffer.wrap(seal.commitment());
    return new ExtentReference(id, 0, length, commitment.getLong(), commitment.getLong());
  }

  private static EnvelopeHeader header(
      LayerKey key, long id, ExtentSeal seal, int length, int sealedLength, byte[] sealed) {
    return new EnvelopeHeader(
        seal.suite().code(),
        key.layer(),
        id,
        seal.nonce(),
        seal.commitment(),
        length,
        sealedLength,
        EnvelopeHeader.checksumOf(sealed, 0, sealedLength));
  }

  private static MemorySegment envelope(EnvelopeHeader header, byte[] sealed, Workspace workspace) {
    MemorySegment envelope = workspace.memory(header.envelopeLength());
    byte[] head = header.encode();
    MemorySegment.copy(head, 0, envelope, ValueLayout.JAVA_BYTE, 0, head.length);
    MemorySegment.copy(
        sealed, 0, envelope, ValueLayout.JAVA_BYTE, head.length, header.sealedLength());
    return envelope;
  }
}
