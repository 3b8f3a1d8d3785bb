package ctrenc.overlay.ring;

/**
 * The part of a root's memory that one of the filesystems has which show in the root: its inodes
 * have the numbers from {@code first} on there, {@code count} of them, and it has all that is said
 * of those. Thread-safe.
 *
 * @param isRecovered an earlier process had this filesystem open and left something of it
 */
public record MemoryPart(RootMemory memory, long first, long count, boolean isRecovered) {

  /** The number by which the memory knows an inode of this part. */
  public long number(long inode) {
    return first + inode;
  }

  /** Whether a number of the memory is of an inode of this part. */
  public boolean holds(long number) {
    return number >= first && number < first + count;
  }

  /** The inode of this part that a number of the memory is of. */
  public long inode(long number) {
    return number - first;
  }

  /** Offers what is open of this part, by its own inode numbers. */
  public <E extends Exception> void handles(OpenHandles.Visitor<E> visitor) throws E {
    memory
        .handles()
        .forEach(
            (number, inode, mark) -> {
              if (holds(inode)) {
                visitor.visit(number, inode(inode), mark);
              }
            });
  }

  /**
   * Forgets all that is open and all that waits to be stored of this part, whose filesystem has
   * ended. The bytes are wiped.
   */
  public void forget() {
    memory.log().releaseAll(this::holds);
    memory.handles().closeAll(this::holds);
  }
}
