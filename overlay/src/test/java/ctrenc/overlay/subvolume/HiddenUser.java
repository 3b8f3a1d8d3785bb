package ctrenc.overlay.subvolume;

import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.CollectingSink;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemUser;
import ctrenc.overlay.vfs.Name;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/** Uses the hidden directories of a filesystem; keeps every reference, as a kernel does. */
record HiddenUser(FileSystem fileSystem, Caller caller) {

  static HiddenUser root(FileSystem fileSystem) {
    return new HiddenUser(fileSystem, Caller.ROOT);
  }

  HiddenUser as(int uid) {
    return new HiddenUser(fileSystem, new Caller(uid, uid, 1, false));
  }

  Attributes walk(String path) throws ErrnoException {
    Attributes found = fileSystem.getattr(FileSystem.ROOT);
    for (String name : path.split("/")) {
      if (!name.isEmpty()) {
        found = fileSystem.lookup(caller, found.inode(), Name.of(name));
      }
    }
    return found;
  }

  private long parent(String path) throws ErrnoException {
    return walk(path.substring(0, path.lastIndexOf('/'))).inode();
  }

  Attributes mkdir(String path) throws ErrnoException {
    return fileSystem.mkdir(caller, parent(path), FileSystemUser.name(path), 0755, 022);
  }

  void rmdir(String path) throws ErrnoException {
    fileSystem.rmdir(caller, parent(path), FileSystemUser.name(path));
  }

  String text(String path) throws ErrnoException {
    Attributes file = walk(path);
    long handle = fileSystem.open(caller, file.inode(), FileSystemUser.READ).handle();
    byte[] read = new FileSystemUser(fileSystem).read(file.inode(), handle, 0, (int) file.size());
    return new String(read, StandardCharsets.UTF_8);
  }

  /** The subvolume that a directory is in. */
  UUID idOf(String path) throws ErrnoException {
    String info = text(path + "/.ctr-enc/info");
    return UUID.fromString(NestedRoot.lineOf(info, "subvolume").substring("subvolume ".length()));
  }

  /** Names, listed one by one, with attributes. */
  List<String> list(String path) throws ErrnoException {
    long inode = walk(path).inode();
    CollectingSink sink = new CollectingSink(100);
    fileSystem.readdir(inode, 0, true, sink);
    return sink.entries().stream()
        .map(entry -> entry.name().toString())
        .filter(name -> !name.startsWith(".") || name.length() > 2)
        .toList();
  }
}
