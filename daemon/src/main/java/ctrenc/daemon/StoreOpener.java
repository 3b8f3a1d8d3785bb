package ctrenc.daemon;

import ctrenc.crypto.secret.SecretMemory;
import ctrenc.overlay.audit.Audit;
import ctrenc.overlay.subvolume.Inheritance;
import ctrenc.overlay.subvolume.Store;
import ctrenc.overlay.subvolume.StorePlace;
import java.io.IOException;

/** How a store is opened. */
@FunctionalInterface
public interface StoreOpener {
  Store open(StorePlace place, Audit audit, SecretMemory memory, Inheritance inheritance)
      throws IOException;
}
