package ctrenc.daemon;

import ctrenc.crypto.secret.SecretMemory;
import ctrenc.overlay.audit.Audit;
import ctrenc.overlay.subvolume.Inheritance;
import ctrenc.overlay.subvolume.Store;
import java.io.IOException;
import java.nio.file.Path;

/** How the store of a state directory is opened. */
@FunctionalInterface
public interface StoreOpener {
  Store open(Path stateDirectory, Audit audit, SecretMemory memory, Inheritance inheritance)
      throws IOException;
}
