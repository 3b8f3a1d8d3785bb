package ctrenc.overlay.subvolume;

import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemUser;
import ctrenc.overlay.vfs.Name;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.HashMap;
import java.util.Map;

/** Saves a view into a directory as a program does that keeps links, or one that does not. */
final class SavedView {

  private static final String ATTRIBUTE = "ctr-enc";

  private final Path copy;
  private final boolean keepsLinks;
  private final Map<Long, Path> linked = new HashMap<>();

  SavedView(Path copy, boolean keepsLinks) {
    this.copy = copy;
    this.keepsLinks = keepsLinks;
  }

  /** Closes the view. */
  void save(FileSystem view) throws Exception {
    save(new FileSystemUser(view), "/");
    view.close();
  }

  private void save(FileSystemUser user, String path) throws Exception {
    for (String name : user.list(path).keySet()) {
      String at = path.equals("/") ? path + name : path + "/" + name;
      Attributes found = user.fileSystem().lookup(user.caller(), user.inode(path), Name.of(name));
      Path target = copy.resolve(at.substring(1));
      if (found.isDirectory()) {
        Files.createDirectory(target);
        save(user, at);
      } else if (linked.containsKey(found.inode())) {
        Files.createLink(target, linked.get(found.inode()));
      } else {
        Files.write(target, user.read(at, 0, (int) found.size()));
        if (keepsLinks) {
          linked.put(found.inode(), target);
        }
      }
      if (user.fileSystem().listxattr(found.inode()).length > 0) {
        attributes(target).write(ATTRIBUTE, ByteBuffer.wrap(user.getxattr(at, "user.ctr-enc")));
      }
    }
  }

  private static UserDefinedFileAttributeView attributes(Path file) {
    return Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
  }
}
