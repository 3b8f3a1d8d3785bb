package ctrenc.overlay.union;

import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Timestamp;
import java.io.IOException;

/**
 * Tells the attributes of live inodes: what is stored, and what waits in memory. Takes no guard.
 */
final class AttributeReader {

  /** What stat(2) says a directory's size is; its true size means nothing to anyone. */
  private static final long DIRECTORY_SIZE = 4096;

  private final BlockCounter blocks;

  AttributeReader(BlockCounter blocks) {
    this.blocks = blocks;
  }

  Attributes of(Node node) throws IOException {
    InodeRecord inodeRecord = node.inodeRecord();
    FileContent content = node.knownContent();
    Unsealed waiting = content == null ? null : content.unsealed();
    Timestamp read = node.accessed();
    long size = inodeRecord.isDirectory() ? DIRECTORY_SIZE : inodeRecord.size();
    Timestamp modified = inodeRecord.modified();
    Timestamp changed = inodeRecord.changed();
    if (waiting != null) {
      size = Math.max(size, waiting.size());
      changed = waiting.modified().map(time -> later(inodeRecord.changed(), time)).orElse(changed);
      modified = waiting.modified().orElse(modified);
    }
    return new Attributes(
        node.inode(),
        size,
        blocks.of(node, size),
        read == null ? inodeRecord.accessed() : read,
        modified,
        changed,
        inodeRecord.born(),
        inodeRecord.mode(),
        inodeRecord.links(),
        inodeRecord.uid(),
        inodeRecord.gid(),
        inodeRecord.rdev());
  }

  static Timestamp later(Timestamp one, Timestamp other) {
    return one.compareTo(other) >= 0 ? one : other;
  }
}
