package ctrenc.overlay.layer;

import ctrenc.overlay.vfs.FileMode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Writes the records of one directory's children. Their inode numbers follow each other in the
 * order of their names, so that a listing with attributes reads them in one scan. Not thread-safe.
 */
final class DirectoryIndexer {

  /** A child directory that is not indexed yet. */
  record Child(long inode, MergedEntry entry, InodeRecord record) {}

  /** What indexing a directory made: all new records, and those of them that are directories. */
  record Result(
      Map<Long, InodeRecord> inodes, List<DirectoryEntry> entries, List<Child> directories) {}

  private final RecordWriter out;
  private final HardLinks links;
  private long nextInode;

  DirectoryIndexer(RecordWriter out, HardLinks links, long nextInode) {
    this.out = out;
    this.links = links;
    this.nextInode = nextInode;
  }

  /** The first number that is still free. */
  long nextInode() {
    return nextInode;
  }

  /** A tree's root, which has the first number of a layer. */
  static InodeRecord root(MergedEntry root, long inode) {
    return HostRecords.of(root.top(), inode, root.top().status().links());
  }

  Result index(long directory, List<MergedEntry> children) throws IOException {
    Result result = new Result(new LinkedHashMap<>(), new ArrayList<>(), new ArrayList<>());
    for (MergedEntry child : children) {
      HostEntry top = child.top();
      OptionalLong met = top.isLinked() ? links.meet(out, top) : OptionalLong.empty();
      long inode = met.isPresent() ? met.getAsLong() : add(directory, child, result);
      int type = FileMode.direntType(top.status().mode());
      DirectoryEntry entry = new DirectoryEntry.Child(top.name(), inode, type);
      out.putEntry(directory, entry);
      result.entries().add(entry);
    }
    return result;
  }

  private long add(long directory, MergedEntry child, Result result) throws IOException {
    HostEntry top = child.top();
    long inode = nextInode++;
    int names = top.isLinked() ? links.add(out, top, inode) : namesOf(child);
    InodeRecord made = HostRecords.of(top, directory, names);
    out.putInode(inode, made);
    result.inodes().put(inode, made);
    if (top.isDirectory()) {
      result.directories().add(new Child(inode, child, made));
    }
    return inode;
  }

  /**
   * A directory that shows empty has its own two names alone; some filesystems count none at all.
   */
  private static int namesOf(MergedEntry child) {
    if (!child.top().isDirectory()) {
      return 1;
    }
    return child.sources().isEmpty() ? 2 : Math.max(2, child.top().status().links());
  }
}
