package ctrenc.overlay.subvolume;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemUser;
import ctrenc.overlay.vfs.Name;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** What a backup's members and the files of a ciphertext view have in common: all of it. */
record ViewedFiles(Map<String, String> files) {

  private static final String XATTR = "user.ctr-enc";
  private static final int PIECE = 100_003;

  /** The files of a snapshot's view. */
  static ViewedFiles of(Transfers transfers, UUID snapshot) throws Exception {
    FileSystem view = transfers.view(snapshot);
    try {
      return of(view);
    } finally {
      view.close();
    }
  }

  static ViewedFiles of(FileSystem view) throws Exception {
    Map<String, String> files = new TreeMap<>();
    walk(new FileSystemUser(view), "", files, new HashMap<>());
    return new ViewedFiles(files);
  }

  private static void walk(
      FileSystemUser user, String path, Map<String, String> files, Map<Long, String> linked)
      throws Exception {
    for (String name : user.list(path.isEmpty() ? "/" : path).keySet()) {
      String at = path + "/" + name;
      Attributes found =
          user.fileSystem()
              .lookup(user.caller(), user.inode(path.isEmpty() ? "/" : path), Name.of(name));
      if (found.isDirectory()) {
        files.put(at.substring(1), line(found, attribute(user, at), new byte[0]));
        walk(user, at, files, linked);
      } else {
        String same = line(found, attribute(user, at), read(user, at, found));
        String before = linked.putIfAbsent(found.inode(), same);
        assertThat(before == null || found.links() > 1).as(at).isTrue();
        files.put(at.substring(1), same);
      }
      user.fileSystem().forget(found.inode(), 1);
    }
  }

  /** From the end, so that nothing is known of what the checksum there is of. */
  private static byte[] read(FileSystemUser user, String path, Attributes found)
      throws ErrnoException {
    byte[] all = new byte[(int) found.size()];
    for (int end = all.length; end > 0; end -= PIECE) {
      int from = Math.max(0, end - PIECE);
      byte[] piece = user.read(path, from, end - from);
      assertThat(piece).as(path).hasSize(end - from);
      System.arraycopy(piece, 0, all, from, piece.length);
    }
    return all;
  }

  private static String attribute(FileSystemUser user, String path) throws ErrnoException {
    byte[] names = user.fileSystem().listxattr(user.inode(path));
    return names.length == 0
        ? ""
        : new String(user.getxattr(path, XATTR), StandardCharsets.US_ASCII);
  }

  private static String line(Attributes found, String attribute, byte[] content) {
    return line(
        found.mode() & FileMode.PERMISSIONS,
        found.isDirectory() ? 0 : found.size(),
        found.modified().seconds(),
        attribute,
        content);
  }

  private static String line(int mode, long size, long time, String attribute, byte[] content) {
    CRC32C sum = new CRC32C();
    sum.update(content);
    return "%o %d %d %x %s".formatted(mode, size, time, sum.getValue(), attribute);
  }

  /** The view of a snapshot has what a backup of it has, and the directories on the way to it. */
  static void assertSame(Transfers transfers, UUID snapshot, byte[] archive) throws Exception {
    of(transfers, snapshot).assertHas(archive);
  }

  /** The same of what one saw. */
  void assertHas(byte[] archive) throws IOException {
    Map<String, String> members = members(archive);
    Map<String, String> also = new TreeMap<>(files);
    also.keySet().removeAll(members.keySet());
    assertThat(also.keySet())
        .as("directories on the way")
        .allMatch(place -> members.keySet().stream().anyMatch(one -> one.startsWith(place + "/")));
    Map<String, String> both = new TreeMap<>(files);
    both.keySet().retainAll(members.keySet());
    assertThat(both).containsExactlyInAnyOrderEntriesOf(members);
  }

  private static Map<String, String> members(byte[] archive) throws IOException {
    Map<String, String> members = new TreeMap<>();
    try (TarArchiveInputStream tar = new TarArchiveInputStream(new ByteArrayInputStream(archive))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        String name = entry.getName().replaceFirst("/$", "");
        if (entry.isLink()) {
          members.put(name, members.getOrDefault(entry.getLinkName(), "nothing"));
          continue;
        }
        byte[] content = tar.readAllBytes();
        String attribute = entry.getExtraPaxHeader("SCHILY.xattr." + XATTR);
        members.put(
            name,
            line(
                entry.getMode() & FileMode.PERMISSIONS,
                content.length,
                entry.getLastModifiedTime().toInstant().getEpochSecond(),
                attribute == null ? "" : attribute,
                content));
      }
    }
    return members;
  }

  /** The places whose files are other ones than in an earlier view; a backup's own is always. */
  String[] changedSince(ViewedFiles earlier) {
    return files.entrySet().stream()
        .filter(file -> !file.getValue().equals(earlier.files.get(file.getKey())))
        .map(Map.Entry::getKey)
        .toArray(String[]::new);
  }

  /** The places whose files a program takes for changed that looks at sizes and times. */
  String[] newerThan(ViewedFiles earlier) {
    return files.entrySet().stream()
        .filter(file -> !stamp(file.getValue()).equals(stamp(earlier.files.get(file.getKey()))))
        .map(Map.Entry::getKey)
        .toArray(String[]::new);
  }

  private static String stamp(String file) {
    return file == null ? "" : String.join(" ", Arrays.asList(file.split(" ")).subList(1, 3));
  }
}
