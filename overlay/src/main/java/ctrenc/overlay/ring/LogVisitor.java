package ctrenc.overlay.ring;

import java.lang.foreign.MemorySegment;

/** Takes what an earlier process left in the write log. */
public interface LogVisitor<E extends Exception> {

  /** {@code nanos} may be {@link #NO_TIME}; {@code bytes} are valid during the call. */
  void written(long inode, long offset, MemorySegment bytes, long seconds, int nanos) throws E;

  /** What was written before in [from, to) is in the store otherwise by now. */
  void discarded(long inode, long from, long to) throws E;

  /** Attributes that wait to be stored with the bytes, in the words of whoever appended them. */
  void changed(long inode, MemorySegment attributes) throws E;

  /** The time of the writes before was set by hand. */
  void timeIsSet(long inode) throws E;
}
