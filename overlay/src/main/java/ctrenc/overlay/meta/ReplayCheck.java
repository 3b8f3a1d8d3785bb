package ctrenc.overlay.meta;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;

/**
 * Asked after power loss what records point at bytes that did not reach the disk. The log may have
 * reached it before them: then the layer of such a record is replayed up to the first batch that
 * puts one, so that it holds what it held before, and not records without bytes. Other layers are
 * replayed to the end.
 */
@FunctionalInterface
public interface ReplayCheck {

  /** Nothing that records point at lies outside of the metadata store. */
  ReplayCheck NONE = found -> Set.of();

  /**
   * The keys of records in {@link Table#PLACE} whose bytes are lost and that something refers to,
   * in what was found. Asked until it tells of no more: where a replay ends sooner, there may be
   * references again to what was dead later, and its bytes need not be there either.
   */
  Set<ByteBuffer> lost(MetaReader found) throws IOException;
}
