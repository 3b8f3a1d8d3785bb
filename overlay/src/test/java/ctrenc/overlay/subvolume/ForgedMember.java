package ctrenc.overlay.subvolume;

import ctrenc.overlay.segment.EnvelopeHeader;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Random;

/** Members of archives with one bit changed, whose checksums were made to fit. */
final class ForgedMember {

  static final String ATTRIBUTE = "SCHILY.xattr.user.ctr-enc";

  private static final int CHECKSUM = Integer.BYTES;

  private ForgedMember() {}

  /** Changes the attribute of a member, which is used up by that, or its content. */
  static TarEdit.Member of(TarEdit.Member member, Random random) {
    String attribute = member.entry().getExtraPaxHeader(ATTRIBUTE);
    if (attribute != null && (member.content().length == 0 || random.nextBoolean())) {
      byte[] records = Base64.getDecoder().decode(attribute);
      flip(records, 0, records.length - CHECKSUM, random);
      mend(records, 0, records.length);
      String changed = Base64.getEncoder().encodeToString(records);
      member.entry().addPaxHeader(ATTRIBUTE, changed);
      return member;
    }
    byte[] content = member.content().clone();
    if (content.length > CHECKSUM) {
      int from = member.name().startsWith("objects/") ? forgedPart(content, random) : 0;
      if (from == 0) {
        flip(content, 0, content.length - CHECKSUM, random);
      }
      mend(content, 0, content.length);
    }
    return member.with(content);
  }

  /** Changes the records, or the first extent, of an object; 0 where it has neither. */
  private static int forgedPart(byte[] content, Random random) {
    int head = 1 + Integer.BYTES;
    int length = ByteBuffer.wrap(content).getInt(1);
    int extents = head + length + Integer.BYTES;
    int envelope = extents + EnvelopeHeader.LENGTH;
    if (content.length <= envelope + CHECKSUM || random.nextBoolean()) {
      flip(content, head, length - CHECKSUM, random);
      mend(content, head, length);
      return head;
    }
    flip(content, envelope, content.length - CHECKSUM - envelope, random);
    int at = extents + EnvelopeHeader.LENGTH - 2 * CHECKSUM;
    int sealed = ByteBuffer.wrap(content).getInt(at - CHECKSUM);
    int checksum = EnvelopeHeader.checksumOf(content, envelope, sealed);
    ByteBuffer.wrap(content).putInt(at, checksum);
    mend(content, extents, EnvelopeHeader.LENGTH);
    return extents;
  }

  private static void flip(byte[] bytes, int from, int length, Random random) {
    bytes[from + random.nextInt(length)] ^= (byte) (1 << random.nextInt(8));
  }

  /** Lets the checksum at the end of a range be that of what comes before it there. */
  private static void mend(byte[] bytes, int from, int length) {
    int checksum = EnvelopeHeader.checksumOf(bytes, from, length - CHECKSUM);
    ByteBuffer.wrap(bytes).putInt(from + length - CHECKSUM, checksum);
  }
}
