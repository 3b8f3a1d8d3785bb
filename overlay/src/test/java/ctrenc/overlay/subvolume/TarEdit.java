package ctrenc.overlay.subvolume;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Makes archives anew. */
final class TarEdit {

  private TarEdit() {}

  /** The archive without a member. */
  static byte[] without(byte[] archive, String left) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveInputStream from = new TarArchiveInputStream(new ByteArrayInputStream(archive));
        TarArchiveOutputStream to = new TarArchiveOutputStream(out)) {
      to.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      to.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
      for (TarArchiveEntry entry = from.getNextEntry();
          entry != null;
          entry = from.getNextEntry()) {
        byte[] content = from.readAllBytes();
        if (!entry.getName().equals(left)) {
          to.putArchiveEntry(entry);
          to.write(content);
          to.closeArchiveEntry();
        }
      }
    }
    return out.toByteArray();
  }
}
