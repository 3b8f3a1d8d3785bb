package ctrenc.overlay.layer;

import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.UUID;

/**
 * What makes the index of an image the same in two stores: names, inode numbers, kinds, modes,
 * owners, sizes, link targets, extended attributes, and when files were modified. Whatever depends
 * on where and when the image was unpacked is left out. Stateless.
 *
 * <pre>
 * SHA-256 of: per entry, in the order of the keys:  parent (8) | name bytes | inode (8)
 *             per inode, in the order of the keys:  inode (8) | mode (4) | uid (4) | gid (4) | rdev (4) | links (4)
 *               | size (8) | parent (8) | modified: seconds (8) and nanoseconds (4), of regular files alone
 *               | target bytes, of links alone | per extended attribute: name bytes and value bytes
 * </pre>
 */
public final class PlainIdentity {

  private PlainIdentity() {}

  /** The identity of a plain layer that is wholly indexed, 32 bytes. */
  public static byte[] of(MetaStore meta, long layer, UUID id) throws IOException {
    RecordReader reader = new RecordReader(id, new PlainForm(), finding -> {});
    MessageDigest digest = sha256();
    byte[] from = RecordKeys.layer(layer);
    byte[] to = RecordKeys.layer(layer + 1);
    try (MetaCursor entries = meta.scan(Table.ENTRY, from, to)) {
      while (entries.next()) {
        long parent = RecordShape.owner(entries.key());
        digest.update(entry(parent, reader.entry(entries.key(), entries.value(), parent)));
      }
    }
    try (MetaCursor inodes = meta.scan(Table.INODE, from, to)) {
      while (inodes.next()) {
        long inode = RecordKeys.inodeOf(inodes.key());
        digest.update(inode(inode, reader.inode(inodes.key(), inodes.value())));
      }
    }
    return digest.digest();
  }

  private static byte[] entry(long parent, DirectoryEntry entry) {
    long inode = entry instanceof DirectoryEntry.Child child ? child.inode() : 0;
    return new FieldWriter(64)
        .putLong(parent)
        .putBlock(entry.name().bytes())
        .putLong(inode)
        .toBytes();
  }

  private static byte[] inode(long inode, InodeRecord found) {
    FieldWriter out =
        new FieldWriter(128)
            .putLong(inode)
            .putInt(found.mode())
            .putInt(found.uid())
            .putInt(found.gid())
            .putInt(found.rdev())
            .putInt(found.links())
            .putLong(found.size())
            .putLong(found.parent());
    if (found.isRegular()) {
      out.putTime(found.modified());
    }
    if (found.body() instanceof InodeRecord.Body.Target(byte[] path)) {
      out.putBlock(path);
    }
    for (Map.Entry<Name, byte[]> xattr : found.xattrs().entrySet()) {
      out.putBlock(xattr.getKey().bytes()).putBlock(xattr.getValue());
    }
    return out.toBytes();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
