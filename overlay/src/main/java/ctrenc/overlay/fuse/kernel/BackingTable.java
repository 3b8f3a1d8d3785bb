package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.Passthrough;

/** The kernel's side of the files that it reads by itself. Thread-safe. */
interface BackingTable {

  /** What {@link #add} answers where the kernel does not take the file. */
  int NONE = 0;

  /**
   * Gives the kernel an open file of this process, which may be closed afterwards.
   *
   * @return the number by which replies name it, or {@link #NONE}
   */
  int add(int descriptor);

  /** Takes a file back; whoever has it open goes on reading. */
  void remove(int number);

  /**
   * Tells the kernel, soon, that it does not know the attributes of a node any more. May be called
   * by threads that answer requests.
   */
  void forgetAttributes(long node);

  Passthrough state();
}
