package ctrenc.overlay.subvolume;

import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.storage.Storage;
import java.util.function.UnaryOperator;

/** What a store's calls of disk and records go through. */
record Seams(UnaryOperator<Storage> storage, UnaryOperator<MetaStore> meta) {

  /** Straight on. */
  static final Seams OF_A_STORE = new Seams(UnaryOperator.identity(), UnaryOperator.identity());
}
