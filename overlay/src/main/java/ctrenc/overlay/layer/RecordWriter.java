package ctrenc.overlay.layer;

import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.util.Arrays;

/**
 * Writes a layer's records into one batch. Every record of a layer that comes or goes passes {@link
 * #put} or {@link #delete}: here a hash over all records would be kept. Not thread-safe.
 */
final class RecordWriter {

  static final int ORPHAN_VERSION = 1;

  private static final byte[] NOTHING = {};

  private final long layer;
  private final RecordForm form;
  private final MetaBatch batch;

  RecordWriter(long layer, RecordForm form, MetaBatch batch) {
    this.layer = layer;
    this.form = form;
    this.batch = batch;
  }

  void putInode(long inode, InodeRecord now) throws IOException {
    byte[] secret = InodeCodec.encode(now);
    byte[] padded = Arrays.copyOf(secret, form.paddedSize(secret.length));
    byte[] type = {(byte) FileMode.direntType(now.mode())};
    byte[] key = RecordKeys.inode(layer, inode);
    put(Table.INODE, RecordType.INODE, key, InodeCodec.VERSION, type, padded);
  }

  void deleteInode(long inode) {
    delete(Table.INODE, RecordKeys.inode(layer, inode));
  }

  void putEntry(long parent, DirectoryEntry entry) throws IOException {
    byte[] key = RecordKeys.entry(layer, parent, form.token(parent, entry.name()));
    byte[] publicPart = EntryCodec.encodePublic(entry);
    byte[] secret = form.entrySecret(entry.name());
    put(Table.ENTRY, RecordType.ENTRY, key, EntryCodec.VERSION, publicPart, secret);
  }

  void deleteEntry(long parent, Name name) throws IOException {
    delete(Table.ENTRY, RecordKeys.entry(layer, parent, form.token(parent, name)));
  }

  void putRun(long inode, FileRun run) throws IOException {
    byte[] key = RecordKeys.reference(layer, inode, run.end());
    byte[] secret = ReferenceCodec.encode(run);
    byte[] publicPart = ReferenceCodec.encodePublic(run);
    put(Table.REFERENCE, RecordType.REFERENCE, key, ReferenceCodec.VERSION, publicPart, secret);
  }

  void deleteRun(long inode, long end) {
    delete(Table.REFERENCE, RecordKeys.reference(layer, inode, end));
  }

  void putOrphan(long inode) throws IOException {
    byte[] key = RecordKeys.inode(layer, inode);
    put(Table.ORPHAN, RecordType.ORPHAN, key, ORPHAN_VERSION, NOTHING, NOTHING);
  }

  void deleteOrphan(long inode) {
    delete(Table.ORPHAN, RecordKeys.inode(layer, inode));
  }

  /** Writes a record of table LAYER. */
  void putState(RecordType type, byte[] key, int version, byte[] secret) throws IOException {
    put(Table.LAYER, type, key, version, NOTHING, secret);
  }

  private void put(
      Table table, RecordType type, byte[] key, int version, byte[] publicPart, byte[] secret)
      throws IOException {
    batch.put(table, key, form.write(type, key, version, publicPart, secret));
  }

  private void delete(Table table, byte[] key) {
    batch.delete(table, key);
  }
}
