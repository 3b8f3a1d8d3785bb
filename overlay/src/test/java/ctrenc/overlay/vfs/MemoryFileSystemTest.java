package ctrenc.overlay.vfs;

/** The fixture of the transports' tests keeps the contract too. */
final class MemoryFileSystemTest extends FileSystemContract {

  @Override
  protected FileSystem create() {
    return new MemoryFileSystem();
  }
}
