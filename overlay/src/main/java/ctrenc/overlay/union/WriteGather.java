package ctrenc.overlay.union;

/** Where written bytes wait until they are sealed into extents. Thread-safe. */
interface WriteGather {

  /** Room for the bytes of one file. */
  DirtyBytes fresh();

  /** Where the bytes of one file are written down as well. */
  LoggedBytes logOf(long inode);

  /** Bytes that wait, of all files together. */
  long bytes();

  /** Nothing was written for a while: memory may be given back. */
  void rest();

  /** There is little room left to write down more. */
  boolean isCrowded();
}
