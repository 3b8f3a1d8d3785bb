package ctrenc.overlay.extent;

import ctrenc.crypto.CommitmentMismatchException;
import ctrenc.crypto.TagMismatchException;
import ctrenc.crypto.extent.ExtentFormat;
import ctrenc.crypto.extent.ExtentOpener;
import ctrenc.crypto.secret.SecretClosedException;
import ctrenc.overlay.audit.Finding;
import ctrenc.overlay.segment.EnvelopeHeader;
import ctrenc.overlay.segment.SegmentFiles;
import ctrenc.overlay.segment.SegmentPlace;
import ctrenc.overlay.storage.KeyAbsentException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Opens parts of extents: one read of the chunks that are needed, then chunk by chunk. */
final class ExtentReader {

  private final SegmentFiles segments;
  private final LayerKeySource keys;
  private final ExtentWorkspaces workspaces;
  private final int dropReadsFrom;

  ExtentReader(
      SegmentFiles segments, LayerKeySource keys, ExtentWorkspaces workspaces, int dropReadsFrom) {
    this.segments = segments;
    this.keys = keys;
    this.workspaces = workspaces;
    this.dropReadsFrom = dropReadsFrom;
  }

  /** Fills {@code target} with the extent's bytes from {@code from}, or leaves it zeroed. */
  void read(OpenExtent extent, int from, MemorySegment target) throws IOException, ExtentFault {
    ExtentOpener opener = use(extent);
    Workspace workspace = workspaces.borrow();
    boolean isFilled = false;
    try {
      open(extent, opener, workspace, from, target);
      isFilled = true;
    } catch (SecretClosedException e) {
      throw absent(e);
    } finally {
      if (!isFilled) {
        target.fill((byte) 0);
      }
      workspaces.giveBack(workspace);
      extent.letGo();
    }
  }

  private ExtentOpener use(OpenExtent extent) throws KeyAbsentException, ExtentFault {
    try {
      return extent.use(keys.key());
    } catch (CommitmentMismatchException e) {
      throw new ExtentFault(
          Finding.Kind.FOREIGN, "The extent was not sealed under this layer's key.", e);
    } catch (SecretClosedException e) {
      throw absent(e);
    }
  }

  private void open(
      OpenExtent extent, ExtentOpener opener, Workspace workspace, int from, MemorySegment target)
      throws IOException, ExtentFault {
    int end = Math.addExact(from, Math.toIntExact(target.byteSize()));
    int first = from / ExtentFormat.CHUNK;
    int last = (end - 1) / ExtentFormat.CHUNK;
    MemorySegment sealed = readChunks(extent.place(), first, last, workspace);
    byte[] plain = workspace.plainChunk();
    for (int chunk = first; chunk <= last; chunk++) {
      int size = openChunk(opener, chunk, sealed, first, workspace);
      int start = chunk * ExtentFormat.CHUNK;
      int skip = Math.max(0, from - start);
      int length = Math.min(size, end - start) - skip;
      MemorySegment.copy(
          plain, skip, target, ValueLayout.JAVA_BYTE, (long) start + skip - from, length);
    }
  }

  private static int openChunk(
      ExtentOpener opener, int chunk, MemorySegment sealed, int first, Workspace workspace)
      throws ExtentFault {
    int length = ExtentFormat.chunkLength(opener.length(), chunk) + ExtentFormat.TAG;
    byte[] bytes = workspace.sealedChunk();
    long offset = (long) (chunk - first) * ExtentFormat.SEALED_CHUNK;
    MemorySegment.copy(sealed, ValueLayout.JAVA_BYTE, offset, bytes, 0, length);
    try {
      return opener.openChunk(chunk, bytes, 0, workspace.plainChunk(), 0, workspace.chunks());
    } catch (TagMismatchException e) {
      throw new ExtentFault(
          Finding.Kind.DAMAGED, "Chunk " + chunk + " of the extent is not what was sealed.", e);
    }
  }

  /** Reads the sealed chunks from {@code first} to {@code last} in one call. */
  private MemorySegment readChunks(PlaceRecord record, int first, int last, Workspace workspace)
      throws IOException, ExtentFault {
    SegmentPlace place = record.place();
    int sealedLength = place.length() - EnvelopeHeader.LENGTH;
    int begin = first * ExtentFormat.SEALED_CHUNK;
    int end = Math.min((last + 1) * ExtentFormat.SEALED_CHUNK, sealedLength);
    MemorySegment sealed = workspace.memory(end - begin);
    long offset = place.offset() + EnvelopeHeader.LENGTH + begin;
    if (segments.read(place.file(), offset, sealed) < sealed.byteSize()) {
      throw new ExtentFault(Finding.Kind.MISSING, "The segment file ends within the extent.");
    }
    if (end - begin >= dropReadsFrom) {
      segments.dropCache(place.file(), offset, end - begin);
    }
    return sealed;
  }

  private static KeyAbsentException absent(SecretClosedException e) {
    return new KeyAbsentException("The layer was locked meanwhile. Unlock it and retry.", e);
  }
}
