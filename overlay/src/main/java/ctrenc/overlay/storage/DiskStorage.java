package ctrenc.overlay.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.DirectoryEntry;
import ctrenc.overlay.sys.DirectoryReader;
import ctrenc.overlay.sys.Entries;
import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.FileData;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.FileStatus;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.SystemCallException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A state directory on the disk. Names are resolved from the directory that was opened, so that
 * renaming one above it changes nothing; a symbolic link in the place of a file is refused.
 */
public final class DiskStorage implements Storage, AutoCloseable {

  private static final int FILE_MODE = 0600;
  private static final int DIRECTORY_MODE = 0700;

  private final Descriptor root;

  private DiskStorage(Descriptor root) {
    this.root = root;
  }

  /** Opens an existing directory. */
  public static DiskStorage open(Path directory) throws IOException {
    try {
      return new DiskStorage(FileOpener.open(directory, OpenFlag.READ_ONLY | OpenFlag.DIRECTORY));
    } catch (SystemCallException e) {
      throw DiskErrors.translate(directory.toString(), e);
    }
  }

  @Override
  public StorageFile open(String name) throws IOException {
    return new DiskFile(name, descriptor(name, OpenFlag.READ_WRITE | OpenFlag.NO_FOLLOW));
  }

  @Override
  public StorageFile create(String name) throws IOException {
    return new DiskFile(
        name, descriptor(name, OpenFlag.READ_WRITE | OpenFlag.CREATE | OpenFlag.EXCLUSIVE));
  }

  @Override
  public void createDirectory(String name) throws IOException {
    for (int end = name.indexOf('/'); end >= 0; end = name.indexOf('/', end + 1)) {
      createOneDirectory(name.substring(0, end));
    }
    createOneDirectory(name);
  }

  private void createOneDirectory(String name) throws IOException {
    try {
      Entries.makeDirectory(root, name.getBytes(UTF_8), DIRECTORY_MODE);
    } catch (SystemCallException e) {
      if (!e.is(ErrorNumber.EEXIST)) {
        throw DiskErrors.translate(name, e);
      }
    }
  }

  @Override
  public List<String> list(String directory) throws IOException {
    if (!exists(directory)) {
      return List.of();
    }
    try (Descriptor opened =
        descriptor(directory, OpenFlag.READ_ONLY | OpenFlag.DIRECTORY | OpenFlag.NO_FOLLOW)) {
      return DirectoryReader.list(opened).stream()
          .map(DirectoryEntry::name)
          .map(name -> new String(name, UTF_8))
          .toList();
    } catch (SystemCallException e) {
      throw DiskErrors.translate(directory, e);
    }
  }

  @Override
  public boolean exists(String name) throws IOException {
    try {
      return FileStatus.at(root, path(name)).mode() != 0;
    } catch (SystemCallException e) {
      if (e.is(ErrorNumber.ENOENT)) {
        return false;
      }
      throw DiskErrors.translate(name, e);
    }
  }

  @Override
  public void delete(String name) throws IOException {
    byte[] path = name.getBytes(UTF_8);
    try {
      Entries.unlink(root, path);
    } catch (SystemCallException e) {
      if (!e.is(ErrorNumber.EISDIR)) {
        throw DiskErrors.translate(name, e);
      }
      deleteDirectory(name, path);
    }
  }

  private void deleteDirectory(String name, byte[] path) throws IOException {
    try {
      Entries.removeDirectory(root, path);
    } catch (SystemCallException e) {
      throw DiskErrors.translate(name, e);
    }
  }

  @Override
  public void rename(String from, String to) throws IOException {
    try {
      Entries.rename(root, from.getBytes(UTF_8), root, to.getBytes(UTF_8), 0);
    } catch (SystemCallException e) {
      throw DiskErrors.translate(from, e);
    }
  }

  @Override
  public void syncDirectory(String name) throws IOException {
    try (Descriptor opened = descriptor(name, OpenFlag.READ_ONLY | OpenFlag.DIRECTORY)) {
      FileData.sync(opened);
    } catch (SystemCallException e) {
      throw DiskErrors.translate(name, e);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      root.close();
    } catch (SystemCallException e) {
      throw DiskErrors.translate("the state directory", e);
    }
  }

  private Descriptor descriptor(String name, int flags) throws IOException {
    try {
      return FileOpener.open(root, path(name), flags, FILE_MODE);
    } catch (SystemCallException e) {
      throw DiskErrors.translate(name, e);
    }
  }

  /** The empty name is the state directory itself. */
  private static byte[] path(String name) {
    return (name.isEmpty() ? "." : name).getBytes(UTF_8);
  }
}
