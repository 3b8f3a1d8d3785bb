package ctrenc.overlay.subvolume;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Makes archives anew. */
final class TarEdit {

  private TarEdit() {}

  static List<String> names(byte[] archive) throws IOException {
    List<String> names = new ArrayList<>();
    try (TarArchiveInputStream tar = new TarArchiveInputStream(new ByteArrayInputStream(archive))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        names.add(entry.getName());
      }
    }
    return names;
  }

  static boolean has(byte[] archive, String pattern) {
    try {
      return names(archive).stream().anyMatch(name -> name.matches(pattern));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The archive with its members in this order. */
  static byte[] ordered(byte[] archive, List<String> order) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveOutputStream to = new TarArchiveOutputStream(out)) {
      to.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      to.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
      for (String name : order) {
        copy(archive, name::equals, to);
      }
    }
    return out.toByteArray();
  }

  private static void copy(byte[] archive, Predicate<String> wanted, TarArchiveOutputStream to)
      throws IOException {
    try (TarArchiveInputStream from =
        new TarArchiveInputStream(new ByteArrayInputStream(archive))) {
      for (TarArchiveEntry entry = from.getNextEntry();
          entry != null;
          entry = from.getNextEntry()) {
        byte[] content = from.readAllBytes();
        if (wanted.test(entry.getName())) {
          to.putArchiveEntry(entry);
          to.write(content);
          to.closeArchiveEntry();
        }
      }
    }
  }

  /** The archive without a member. */
  static byte[] without(byte[] archive, String left) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveOutputStream to = new TarArchiveOutputStream(out)) {
      to.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      to.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
      copy(archive, name -> !name.equals(left), to);
    }
    return out.toByteArray();
  }
}
