package ctrenc.overlay.layer;

import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.vfs.Name;
import java.util.Arrays;

/** Records of plain layers: nothing is sealed, names stand in the keys. */
final class PlainForm implements RecordForm {

  private static final byte[] NOTHING = {};

  @Override
  public byte[] token(long parent, Name name) {
    return name.bytes();
  }

  @Override
  public Name name(byte[] key, byte[] secret, String subject) throws DamagedException {
    if (secret.length != 0 || key.length == RecordKeys.TOKEN_OFFSET) {
      throw new DamagedException("The " + subject + " has no name in its key.");
    }
    return RecordKeys.nameOf(key);
  }

  @Override
  public byte[] entrySecret(Name name) {
    return NOTHING;
  }

  @Override
  public int paddedSize(int size) {
    return size;
  }

  @Override
  public byte[] write(RecordType type, byte[] key, int version, byte[] publicPart, byte[] secret) {
    return new FieldWriter(HEADER_SIZE + publicPart.length + secret.length)
        .putByte(version)
        .putInt(NOT_SEALED)
        .putBytes(publicPart)
        .putBytes(secret)
        .toBytes();
  }

  @Override
  public byte[] read(RecordType type, byte[] key, byte[] value, int publicSize, String subject)
      throws DamagedException {
    FieldReader in = new FieldReader(value, subject);
    in.getByte();
    if (in.getInt() != NOT_SEALED) {
      throw in.damaged("claims a session, but its layer is plain");
    }
    in.getBytes(publicSize);
    return Arrays.copyOfRange(value, HEADER_SIZE + publicSize, value.length);
  }

  @Override
  public void close() {}
}
