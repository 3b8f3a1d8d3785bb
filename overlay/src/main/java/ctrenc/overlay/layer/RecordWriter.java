package ctrenc.overlay.layer;

import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/**
 * Writes a layer's records into one batch. Every record of a layer that comes or goes passes {@link
 * #put} or {@link #delete}: here the hash over all records of a sealed layer is kept. Not
 * thread-safe.
 */
final class RecordWriter {

  static final int ORPHAN_VERSION = 1;

  private static final byte[] NOTHING = {};

  private final long layer;
  private final RecordForm form;
  private final MetaBatch batch;
  private final Optional<StateEdit> state;

  /**
   * @param state empty in a layer that is not sealed
   */
  RecordWriter(long layer, RecordForm form, MetaBatch batch, Optional<StateEdit> state) {
    this.layer = layer;
    this.form = form;
    this.batch = batch;
    this.state = state;
  }

  /** What the batch does to the layer's hash. */
  Optional<StateEdit> state() {
    return state;
  }

  void putInode(long inode, InodeRecord now) throws IOException {
    putInode(inode, now, false);
  }

  /**
   * @param isNew that nothing is stored of it is known
   */
  void putInode(long inode, InodeRecord now, boolean isNew) throws IOException {
    byte[] secret = InodeCodec.encode(now);
    byte[] padded = Arrays.copyOf(secret, form.paddedSize(secret.length));
    byte[] type = {(byte) FileMode.direntType(now.mode())};
    byte[] key = RecordKeys.inode(layer, inode);
    put(Table.INODE, RecordType.INODE, key, InodeCodec.VERSION, type, padded, isNew);
  }

  void deleteInode(long inode) throws IOException {
    delete(Table.INODE, RecordType.INODE, RecordKeys.inode(layer, inode));
  }

  void putEntry(long parent, DirectoryEntry entry) throws IOException {
    putEntry(parent, entry, false);
  }

  /**
   * @param isNew that nothing is stored of it is known
   */
  void putEntry(long parent, DirectoryEntry entry, boolean isNew) throws IOException {
    byte[] key = RecordKeys.entry(layer, parent, form.token(parent, entry.name()));
    byte[] publicPart = EntryCodec.encodePublic(entry);
    byte[] secret = form.entrySecret(entry.name());
    put(Table.ENTRY, RecordType.ENTRY, key, EntryCodec.VERSION, publicPart, secret, isNew);
  }

  void deleteEntry(long parent, Name name) throws IOException {
    delete(
        Table.ENTRY, RecordType.ENTRY, RecordKeys.entry(layer, parent, form.token(parent, name)));
  }

  /**
   * @param isNew that no run with this end is stored is known
   */
  void putRun(long inode, FileRun run, boolean isNew) throws IOException {
    byte[] key = RecordKeys.reference(layer, inode, run.end());
    byte[] secret = ReferenceCodec.encode(run);
    byte[] publicPart = ReferenceCodec.encodePublic(run);
    int version = ReferenceCodec.VERSION;
    put(Table.REFERENCE, RecordType.REFERENCE, key, version, publicPart, secret, isNew);
  }

  void deleteRun(long inode, long end) throws IOException {
    delete(Table.REFERENCE, RecordType.REFERENCE, RecordKeys.reference(layer, inode, end));
  }

  void putOrphan(long inode) throws IOException {
    byte[] key = RecordKeys.inode(layer, inode);
    put(Table.ORPHAN, RecordType.ORPHAN, key, ORPHAN_VERSION, NOTHING, NOTHING, false);
  }

  void deleteOrphan(long inode) throws IOException {
    delete(Table.ORPHAN, RecordType.ORPHAN, RecordKeys.inode(layer, inode));
  }

  /** Writes a record of table LAYER. */
  void putState(RecordType type, byte[] key, int version, byte[] secret) throws IOException {
    put(Table.LAYER, type, key, version, NOTHING, secret, false);
  }

  private void put(
      Table table,
      RecordType type,
      byte[] key,
      int version,
      byte[] publicPart,
      byte[] secret,
      boolean isNew)
      throws IOException {
    byte[] value = form.write(type, key, version, publicPart, secret);
    batch.put(table, key, value);
    if (state.isPresent()) {
      if (!isNew) {
        state.get().remove(table, type, key);
      }
      state.get().add(type, key, value);
    }
  }

  private void delete(Table table, RecordType type, byte[] key) throws IOException {
    batch.delete(table, key);
    if (state.isPresent()) {
      state.get().remove(table, type, key);
    }
  }
}
