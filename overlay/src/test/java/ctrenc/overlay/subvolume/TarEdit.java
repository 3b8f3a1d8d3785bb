package ctrenc.overlay.subvolume;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Makes archives anew. */
final class TarEdit {

  /** A member, which goes into any number of archives. */
  record Member(TarArchiveEntry entry, byte[] content) {

    String name() {
      return entry.getName();
    }

    /** The same with another content, of the length that the entry says. */
    Member with(byte[] changed) {
      return new Member(entry, changed);
    }
  }

  private TarEdit() {}

  static List<Member> members(byte[] archive) throws IOException {
    List<Member> members = new ArrayList<>();
    try (TarArchiveInputStream tar = new TarArchiveInputStream(new ByteArrayInputStream(archive))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        members.add(new Member(entry, tar.readAllBytes()));
      }
    }
    return members;
  }

  static byte[] archive(List<Member> members) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveOutputStream to = new TarArchiveOutputStream(out)) {
      to.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      to.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
      for (Member member : members) {
        to.putArchiveEntry(member.entry());
        to.write(member.content());
        to.closeArchiveEntry();
      }
    }
    return out.toByteArray();
  }

  static List<String> names(byte[] archive) throws IOException {
    return members(archive).stream().map(Member::name).toList();
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
    List<Member> members = members(archive);
    List<Member> ordered = new ArrayList<>();
    for (String name : order) {
      members.stream().filter(member -> member.name().equals(name)).forEach(ordered::add);
    }
    return archive(ordered);
  }

  /** The archive without a member. */
  static byte[] without(byte[] archive, String left) throws IOException {
    return archive(
        members(archive).stream().filter(member -> !member.name().equals(left)).toList());
  }
}
