package ctrenc.overlay.layer;

import ctrenc.overlay.vfs.Name;

/** Tells most names that a layer does not have, without a look into the store. Thread-safe. */
public interface EntryFilter {

  /** False only if the layer has no entry of that name, not even a whiteout. */
  boolean mayHave(long parent, Name name);
}
