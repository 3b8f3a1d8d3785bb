package ctrenc.overlay.union;

/** Where written bytes wait until they are sealed into extents. Thread-safe. */
interface WriteGather {

  /** Room for the bytes of one file. */
  DirtyBytes fresh();

  /** Bytes that wait, of all files together. */
  long bytes();
}
