package ctrenc.overlay.union;

import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.vfs.Timestamp;
import java.nio.ByteBuffer;

/**
 * Attributes in the write log, for as long as they wait to be stored.
 *
 * <pre>
 * mode (4) | uid (4) | gid (4) | access, modification, change: seconds (8), nanoseconds (4) each
 * </pre>
 */
final class WaitingAttributes {

  private static final int LENGTH = 3 * Integer.BYTES + 3 * (Long.BYTES + Integer.BYTES);

  private WaitingAttributes() {}

  static byte[] encode(InodeRecord attributes) {
    ByteBuffer out = ByteBuffer.allocate(LENGTH);
    out.putInt(attributes.mode()).putInt(attributes.uid()).putInt(attributes.gid());
    put(out, attributes.accessed());
    put(out, attributes.modified());
    put(out, attributes.changed());
    return out.array();
  }

  private static void put(ByteBuffer out, Timestamp time) {
    out.putLong(time.seconds()).putInt(time.nanos());
  }

  static void apply(byte[] attributes, InodeEdit edit) {
    ByteBuffer in = ByteBuffer.wrap(attributes);
    edit.mode(in.getInt()).uid(in.getInt()).gid(in.getInt());
    edit.accessed(time(in)).modified(time(in)).changed(time(in));
  }

  private static Timestamp time(ByteBuffer in) {
    return new Timestamp(in.getLong(), in.getInt());
  }
}
