package ctrenc.overlay.subvolume;

import ctrenc.crypto.kdf.LayerKey;
import ctrenc.overlay.extent.ArrivingExtents;
import ctrenc.overlay.extent.CompactionNeed;
import ctrenc.overlay.extent.CompactionResult;
import ctrenc.overlay.extent.CompactionRule;
import ctrenc.overlay.extent.CompactionWatch;
import ctrenc.overlay.extent.ExtentStore;
import ctrenc.overlay.extent.LayerFolder;
import ctrenc.overlay.extent.PlaceRecord;
import ctrenc.overlay.segment.EnvelopeReader;
import ctrenc.overlay.storage.Pace;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Set;

/** The extents of a store's encrypted layers. Thread-safe. */
interface ExtentStores {

  /** Opens the extents of a layer; {@code key} outlives them. */
  ExtentStore open(LayerRecord layer, LayerKey key) throws IOException;

  /** Removes the segment files of a layer that is not open. */
  void remove(LayerFolder layer) throws IOException;

  /** The layers that have segment files. */
  Set<LayerFolder> layers() throws IOException;

  /** Reads a layer's envelopes, without its key and beside whoever uses it. */
  EnvelopeReader envelopes(LayerRecord layer);

  /**
   * Takes the extents of a layer that nobody has open, without its key.
   *
   * @param last the extent up to which it has them; 0 if it has none
   */
  ArrivingExtents arriving(LayerRecord layer, long last) throws IOException;

  /**
   * Rewrites the segment files of a layer that are mostly dead, without its key and beside whoever
   * uses it. One at a time for a layer.
   */
  CompactionResult compact(LayerRecord layer, CompactionRule rule, Pace pace, CompactionWatch watch)
      throws IOException;

  /** Puts envelopes from elsewhere in the places of damaged ones. */
  interface Repair extends AutoCloseable {

    /**
     * @return false if it is not what the record says
     */
    boolean replace(long extent, PlaceRecord damaged, MemorySegment envelope) throws IOException;

    @Override
    void close() throws IOException;
  }

  /** Repairs a layer without its key; not beside {@link #compact}. */
  Repair repair(LayerRecord layer) throws IOException;

  /**
   * Writes damaged headers of a layer's segment files anew, without its key and beside whoever uses
   * it.
   *
   * @return the files
   */
  List<String> mendHeaders(LayerRecord layer) throws IOException;

  /** What {@link #compact} would work on. */
  CompactionNeed compactionNeed(LayerRecord layer, CompactionRule rule) throws IOException;

  /** Bytes of a layer's segment files as the disk counts them; needs no key. */
  long storedBytes(LayerRecord layer) throws IOException;
}
