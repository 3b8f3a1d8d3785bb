package ctrenc.overlay.layer;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A layer's whole tree as text, by path: for comparing layers that number their inodes differently.
 */
final class TreeSnapshot {

  private final Layer layer;
  private final SortedMap<String, String> lines = new TreeMap<>();
  private final Map<Long, String> firstNames = new TreeMap<>();

  private TreeSnapshot(Layer layer) {
    this.layer = layer;
  }

  static SortedMap<String, String> of(Layer layer) throws IOException {
    TreeSnapshot snapshot = new TreeSnapshot(layer);
    snapshot.addDirectory("", FileSystem.ROOT);
    return snapshot.lines;
  }

  private void addDirectory(String path, long directory) throws IOException {
    SortedMap<String, DirectoryEntry.Child> children = new TreeMap<>();
    layer.entries(
        directory,
        entry -> {
          DirectoryEntry.Child child = (DirectoryEntry.Child) entry;
          assertThat(layer.entry(directory, child.name())).contains(child);
          children.put(path + "/" + HexFormat.of().formatHex(child.name().bytes()), child);
          return true;
        });
    for (Map.Entry<String, DirectoryEntry.Child> entry : children.entrySet()) {
      long inode = entry.getValue().inode();
      InodeRecord record = layer.inode(inode).orElseThrow();
      assertThat(entry.getValue().type()).isEqualTo(FileMode.direntType(record.mode()));
      String first = firstNames.putIfAbsent(inode, entry.getKey());
      lines.put(entry.getKey(), describe(record, inode) + " same as " + first);
      if (record.isDirectory()) {
        assertThat(record.parent()).isEqualTo(directory);
        addDirectory(entry.getKey(), inode);
      }
    }
  }

  private String describe(InodeRecord record, long inode) throws IOException {
    StringBuilder text = new StringBuilder();
    text.append(Integer.toOctalString(record.mode()))
        .append(" " + record.uid() + ":" + record.gid() + " rdev " + record.rdev())
        .append(" links " + record.links() + " size " + record.size())
        .append(" " + record.modified() + record.changed() + record.born());
    if (record.body() instanceof InodeRecord.Body.Target(byte[] target)) {
      text.append(" -> " + HexFormat.of().formatHex(target));
    }
    if (record.isRegular()) {
      byte[] content = TestLayers.read(layer, inode, (int) record.size());
      text.append(" content " + Arrays.hashCode(content));
    }
    for (Map.Entry<Name, byte[]> xattr : record.xattrs().entrySet()) {
      text.append(" " + xattr.getKey() + "=" + HexFormat.of().formatHex(xattr.getValue()));
    }
    return text.toString();
  }
}
