package ctrenc.overlay.layer;

import static java.nio.charset.StandardCharsets.UTF_8;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.DeviceNumber;
import ctrenc.overlay.sys.Entries;
import ctrenc.overlay.sys.ExtendedAttributes;
import ctrenc.overlay.sys.FileData;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.Ownership;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;

/** A directory of the host with everything that a root may hold; needs root. */
final class HostTreeFixture {

  static final byte[] ODD_NAME = {'o', '\n', (byte) 0xff, (byte) 0x80};

  private final Path root;

  HostTreeFixture(Path root) throws IOException {
    this.root = Files.createDirectories(root);
  }

  Path root() {
    return root;
  }

  HostTreeFixture file(String path, String content) throws IOException {
    Files.createDirectories(root.resolve(path).getParent());
    Files.writeString(root.resolve(path), content);
    return this;
  }

  HostTreeFixture directory(String path) throws IOException {
    Files.createDirectories(root.resolve(path));
    return this;
  }

  HostTreeFixture node(String path, int mode, int device) throws IOException {
    try (Descriptor directory = FileOpener.open(root, OpenFlag.DIRECTORY)) {
      Entries.makeNode(directory, path.getBytes(UTF_8), mode, device);
    }
    return this;
  }

  HostTreeFixture xattr(String path, String name, byte[] value) throws IOException {
    byte[] full = FileOpener.bytesOf(root.resolve(path));
    ExtendedAttributes.at(full).set(name.getBytes(UTF_8), value, 0);
    return this;
  }

  /** Directories in each other whose path together no system call takes, and a file at the end. */
  HostTreeFixture deep(String name, int depth, String leaf, String content) throws IOException {
    Descriptor directory = FileOpener.open(root, OpenFlag.DIRECTORY);
    for (int i = 0; i < depth; i++) {
      Entries.makeDirectory(directory, name.getBytes(UTF_8), 0755);
      Descriptor next = FileOpener.open(directory, name.getBytes(UTF_8), OpenFlag.DIRECTORY, 0);
      directory.close();
      directory = next;
    }
    int flags = OpenFlag.CREATE | OpenFlag.READ_WRITE;
    try (Descriptor file = FileOpener.open(directory, leaf.getBytes(UTF_8), flags, 0600);
        Arena arena = Arena.ofConfined()) {
      byte[] bytes = content.getBytes(UTF_8);
      FileData.write(file, 0, arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes));
    }
    directory.close();
    return this;
  }

  /** Removes what {@link #deep} made, which the test framework cannot. */
  void removeDeep(String name) throws IOException {
    try {
      String path = root.resolve(name).toString();
      new ProcessBuilder("rm", "-rf", path).inheritIO().start().waitFor();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  /** One of everything. */
  HostTreeFixture zoo() throws IOException {
    file("plain", "content of plain").file("empty", "").directory("hollow");
    file("sub/deep/leaf", "leaf").file("sub/other", "x".repeat(100_000));
    Files.createLink(root.resolve("sub/second name"), root.resolve("plain"));
    Files.createLink(root.resolve("sub/deep/third name"), root.resolve("plain"));
    Files.createSymbolicLink(root.resolve("link"), Path.of("/no/where"));
    node("null", 0020666, DeviceNumber.encode(1, 3));
    node("disk", 0060640, DeviceNumber.encode(259, 70000));
    node("pipe", 0010600, 0).node("socket", 0140755, 0).node("zero", 0020000, 0);
    xattr("plain", "user.comment", "hello".getBytes(UTF_8));
    xattr("link", "trusted.mark", new byte[] {0, 1, 2});
    xattr("sub", "trusted.big", new byte[3000]);
    byte[] capability = {1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    xattr("sub/other", "security.capability", capability);
    try (Descriptor directory = FileOpener.open(root, OpenFlag.DIRECTORY)) {
      int flags = OpenFlag.CREATE | OpenFlag.READ_WRITE;
      FileOpener.open(directory, ODD_NAME, flags, 0600).close();
      FileOpener.open(directory, "n".repeat(255).getBytes(UTF_8), flags, 0600).close();
      Ownership.changeOwner(directory, "plain".getBytes(UTF_8), 1000, 65534);
      Ownership.changeMode(directory, "plain".getBytes(UTF_8), 06751);
    }
    return this;
  }
}
