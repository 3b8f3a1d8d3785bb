package ctrenc.overlay.ring;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.OptionalLong;

/**
 * What names led to before they were exchanged. An exchange that is carried out twice undoes
 * itself, and nothing in the tree tells whether it was; so this is written down just before it is
 * committed. Old marks are overwritten: only exchanges in work are ever asked for. Thread-safe.
 */
public final class ExchangeMarks {

  private static final int MARKS = 64;
  private static final int SIZE = 32;

  static final long LENGTH = (long) MARKS * SIZE;

  private static final long DIRECTORY = 8;
  private static final long NAME = 16;
  private static final long INODE = 24;
  private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

  private final MemorySegment marks;
  private long last;

  ExchangeMarks(MemorySegment marks) {
    this.marks = marks;
    for (int i = 0; i < MARKS; i++) {
      last = Math.max(last, number(i));
    }
  }

  /** A name, told by a hash of it, of a directory led to {@code inode} until now. */
  public synchronized void mark(long directory, long name, long inode) {
    last++;
    long at = last % MARKS * SIZE;
    LONG.setRelease(marks, at, 0L);
    marks.set(ValueLayout.JAVA_LONG, at + DIRECTORY, directory);
    marks.set(ValueLayout.JAVA_LONG, at + NAME, name);
    marks.set(ValueLayout.JAVA_LONG, at + INODE, inode);
    LONG.setRelease(marks, at, last);
  }

  /** What the name led to before it was exchanged last, if that is known. */
  public synchronized OptionalLong find(long directory, long name) {
    long newest = 0;
    OptionalLong found = OptionalLong.empty();
    for (int i = 0; i < MARKS; i++) {
      long at = (long) i * SIZE;
      if (number(i) > newest
          && marks.get(ValueLayout.JAVA_LONG, at + DIRECTORY) == directory
          && marks.get(ValueLayout.JAVA_LONG, at + NAME) == name) {
        newest = number(i);
        found = OptionalLong.of(marks.get(ValueLayout.JAVA_LONG, at + INODE));
      }
    }
    return found;
  }

  private long number(int mark) {
    return (long) LONG.getAcquire(marks, (long) mark * SIZE);
  }
}
