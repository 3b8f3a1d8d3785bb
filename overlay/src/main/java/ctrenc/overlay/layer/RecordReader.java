package ctrenc.overlay.layer;

import ctrenc.overlay.audit.Audit;
import ctrenc.overlay.audit.Finding;
import ctrenc.overlay.storage.UnreadableException;
import java.io.IOException;
import java.util.Map;
import java.util.UUID;

/**
 * Opens and decodes a layer's records. Every record of a layer that is read passes here: damage is
 * reported where it is met. Thread-safe.
 */
final class RecordReader {

  private final UUID id;
  private final RecordForm form;
  private final Audit audit;

  RecordReader(UUID id, RecordForm form, Audit audit) {
    this.id = id;
    this.form = form;
    this.audit = audit;
  }

  InodeRecord inode(byte[] key, byte[] value) throws IOException {
    try {
      String subject = "record of inode " + RecordKeys.inodeOf(key) + " of layer " + id;
      FieldReader head = new FieldReader(value, subject);
      head.version(InodeCodec.VERSION);
      head.getInt();
      int type = head.getByte();
      byte[] secret = form.read(RecordType.INODE, key, value, InodeCodec.PUBLIC_SIZE, subject);
      return InodeCodec.decode(new FieldReader(secret, subject), type);
    } catch (UnreadableException e) {
      throw reported(e);
    }
  }

  DirectoryEntry entry(byte[] key, byte[] value, long parent) throws IOException {
    try {
      String subject = "entry of directory " + parent + " of layer " + id;
      FieldReader head = new FieldReader(value, subject);
      head.version(EntryCodec.VERSION);
      head.getInt();
      byte[] secret = form.read(RecordType.ENTRY, key, value, EntryCodec.PUBLIC_SIZE, subject);
      return EntryCodec.decode(head, form.name(key, secret, subject));
    } catch (UnreadableException e) {
      throw reported(e);
    }
  }

  FileRun run(byte[] key, byte[] value, long inode) throws IOException {
    try {
      String subject = "extent reference of inode " + inode + " of layer " + id;
      int version = new FieldReader(value, subject).version(ReferenceCodec.VERSION);
      int publicSize = ReferenceCodec.publicSize(version);
      byte[] secret = form.read(RecordType.REFERENCE, key, value, publicSize, subject);
      return ReferenceCodec.decode(new FieldReader(secret, subject), RecordKeys.runEndOf(key));
    } catch (UnreadableException e) {
      throw reported(e);
    }
  }

  /** The inode of an orphan record. */
  long orphan(byte[] key, byte[] value) throws IOException {
    try {
      String subject = "orphan record of layer " + id;
      long inode = RecordKeys.inodeOf(key);
      new FieldReader(value, subject).version(RecordWriter.ORPHAN_VERSION);
      new FieldReader(form.read(RecordType.ORPHAN, key, value, 0, subject), subject).end();
      return inode;
    } catch (UnreadableException e) {
      throw reported(e);
    }
  }

  /** The secret part of a record of table LAYER. */
  byte[] state(RecordType type, byte[] key, byte[] value, int version) throws IOException {
    try {
      String subject = type + " record of layer " + id;
      new FieldReader(value, subject).version(version);
      return form.read(type, key, value, 0, subject);
    } catch (UnreadableException e) {
      throw reported(e);
    }
  }

  /**
   * Tells the audit of a record that is not what was written, or says so; for the caller to throw.
   */
  UnreadableException reported(UnreadableException damage) {
    Map<String, String> facts = Map.of("layer", id.toString(), "what", damage.getMessage());
    audit.report(new Finding(Finding.Kind.DAMAGED, "record", facts));
    return damage;
  }
}
