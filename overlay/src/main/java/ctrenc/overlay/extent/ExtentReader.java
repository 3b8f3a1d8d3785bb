package ctrenc.overlay.extent;

import ctrenc.crypto.CommitmentMismatchException;
import ctrenc.crypto.TagMismatchException;
import ctrenc.crypto.extent.ExtentOpener;
import ctrenc.crypto.extent.Suite;
import ctrenc.crypto.secret.SecretClosedException;
import ctrenc.overlay.audit.Finding;
import ctrenc.overlay.segment.EnvelopeHeader;
import ctrenc.overlay.segment.SegmentFiles;
import ctrenc.overlay.segment.SegmentPlace;
import ctrenc.overlay.storage.KeyAbsentException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Opens parts of extents: one read of the chunks that are needed, then chunk by chunk, copied in
 * pieces.
 */
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
    Suite suite = opener.suite();
    int end = Math.addExact(from, Math.toIntExact(target.byteSize()));
    int first = from / suite.chunk();
    int last = (end - 1) / suite.chunk();
    MemorySegment sealed = readChunks(extent.place(), suite, first, last, workspace);
    int step = Workspace.PIECE / suite.chunk();
    long offset = 0;
    for (int chunk = first; chunk <= last; chunk += step) {
      int start = chunk * suite.chunk();
      int size =
          openPiece(opener, chunk, Math.min(last, chunk + step - 1), sealed, offset, workspace);
      int skip = Math.max(0, from - start);
      int length = Math.min(size, end - start) - skip;
      MemorySegment.copy(
          workspace.plainPiece(),
          skip,
          target,
          ValueLayout.JAVA_BYTE,
          (long) start + skip - from,
          length);
      offset += (long) step * suite.sealedChunk();
    }
  }

  /** Opens neighbouring chunks, whose sealed bytes are at {@code offset}, into the plain piece. */
  private static int openPiece(
      ExtentOpener opener,
      int first,
      int last,
      MemorySegment sealed,
      long offset,
      Workspace workspace)
      throws ExtentFault {
    byte[] bytes = workspace.sealedPiece();
    int length = (int) Math.min(sealed.byteSize() - offset, bytes.length);
    MemorySegment.copy(sealed, ValueLayout.JAVA_BYTE, offset, bytes, 0, length);
    int from = 0;
    int opened = 0;
    for (int chunk = first; chunk <= last; chunk++) {
      opened += openChunk(opener, chunk, bytes, from, opened, workspace);
      from += opener.suite().sealedChunk();
    }
    return opened;
  }

  private static int openChunk(
      ExtentOpener opener, int chunk, byte[] sealed, int from, int to, Workspace workspace)
      throws ExtentFault {
    try {
      return opener.openChunk(chunk, sealed, from, workspace.plainPiece(), to, workspace.chunks());
    } catch (TagMismatchException e) {
      throw new ExtentFault(
          Finding.Kind.DAMAGED, "Chunk " + chunk + " of the extent is not what was sealed.", e);
    }
  }

  /** Reads the sealed chunks from {@code first} to {@code last} in one call. */
  private MemorySegment readChunks(
      PlaceRecord record, Suite suite, int first, int last, Workspace workspace)
      throws IOException, ExtentFault {
    SegmentPlace place = record.place();
    int sealedLength = place.length() - EnvelopeHeader.LENGTH;
    int begin = first * suite.sealedChunk();
    int end = Math.min((last + 1) * suite.sealedChunk(), sealedLength);
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
