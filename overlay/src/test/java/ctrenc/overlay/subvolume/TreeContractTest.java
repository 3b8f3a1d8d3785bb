package ctrenc.overlay.subvolume;

import ctrenc.crypto.secret.SecretMemory;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemContract;
import ctrenc.overlay.vfs.FileSystemUser;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** The contract on a root in which a subvolume is nested, so that every call goes the long way. */
final class TreeContractTest extends FileSystemContract {

  @TempDir Path temporary;
  private StoreDirectory store;

  @Override
  protected FileSystem create() throws Exception {
    store = StoreDirectory.open(temporary.resolve("state"), finding -> {}, SecretMemory.plain());
    FileSystem root =
        store.subvolumes().open(store.subvolumes().create("r", new Base.Empty(), List.of()).id());
    FileSystemUser user = new FileSystemUser(root);
    user.mkdir("/A");
    HiddenUser.root(root).mkdir("/A/.ctr-enc/subvolumes/N");
    root.lookup(user.caller(), FileSystem.ROOT, Name.of("A"));
    return root;
  }

  @AfterEach
  void closeStore() throws IOException {
    store.close();
  }
}
