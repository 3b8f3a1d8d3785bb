package ctrenc.overlay.extent;

import ctrenc.crypto.CommitmentMismatchException;
import ctrenc.crypto.extent.ExtentOpener;
import ctrenc.crypto.extent.ExtentSeal;
import ctrenc.crypto.kdf.LayerKey;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * An extent whose place and seal are at hand, and whose key is derived when it is first needed. The
 * key is wiped when the last user lets go of an extent that the cache has dropped. Thread-safe.
 */
final class OpenExtent {

  private final long id;
  private final PlaceRecord place;
  private final ExtentSeal seal;
  private @Nullable ExtentOpener opener;
  private int users;
  private boolean dropped;

  OpenExtent(long id, PlaceRecord place, ExtentSeal seal) {
    this.id = id;
    this.place = place;
    this.seal = seal;
  }

  long id() {
    return id;
  }

  PlaceRecord place() {
    return place;
  }

  boolean isSealedAs(ExtentReference reference) {
    ByteBuffer commitment = ByteBuffer.wrap(seal.commitment());
    return commitment.getLong() == reference.sealHigh()
        && commitment.getLong() == reference.sealLow();
  }

  /** Takes part in using the key, until {@link #letGo}. */
  synchronized ExtentOpener use(LayerKey key) throws CommitmentMismatchException {
    ExtentOpener current = opener;
    if (current == null) {
      current = ExtentOpener.open(key, id, place.length(), seal);
      opener = current;
    }
    users++;
    return current;
  }

  synchronized void letGo() {
    users--;
    closeIfUnused();
  }

  /** The cache has no more to do with it. */
  synchronized void drop() {
    dropped = true;
    closeIfUnused();
  }

  private void closeIfUnused() {
    if (dropped && users == 0 && opener != null) {
      opener.close();
      opener = null;
    }
  }
}
