package ctrenc.overlay.layer;

import java.io.IOException;
import java.util.OptionalLong;

/** Gives a host file with several names one inode number. Not thread-safe. */
interface HardLinks {

  /** The inode of a file that was met before under another name. */
  OptionalLong meet(RecordWriter out, HostEntry entry) throws IOException;

  /** Remembers a file that is met for the first time; returns how many names its record says. */
  int add(RecordWriter out, HostEntry entry, long inode) throws IOException;
}
