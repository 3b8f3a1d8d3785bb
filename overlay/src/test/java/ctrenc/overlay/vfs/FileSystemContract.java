package ctrenc.overlay.vfs;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * What every {@link FileSystem} keeps. An implementation's test extends this class and says how one
 * is made; all suites then run on it, each on a fresh filesystem whose root is empty but for what
 * {@link #create} put there.
 */
public abstract class FileSystemContract
    implements EntryContract,
        RenameContract,
        ContentContract,
        SpaceContract,
        AttributeContract,
        AclContract,
        ExtendedAttributeContract,
        ListingContract,
        LifeContract,
        ConcurrencyContract {

  private FileSystemUser user = new FileSystemUser(new MemoryFileSystem());

  /**
   * A filesystem with nothing at the names that the suites use: all of them begin with a lower case
   * letter.
   */
  protected abstract FileSystem create() throws Exception;

  @BeforeEach
  void open() throws Exception {
    user = new FileSystemUser(create());
  }

  @AfterEach
  void close() {
    user.fileSystem().close();
  }

  @Override
  public FileSystemUser user() {
    return user;
  }
}
