package ctrenc.overlay.extent;

import ctrenc.overlay.audit.Audit;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.storage.Storage;

/**
 * What the extent stores of all layers share; none of it is closed by them.
 *
 * @param segments the directory that holds a directory of segment files for each layer
 */
public record ExtentSetting(
    Storage storage,
    String segments,
    MetaStore meta,
    ExtentWorkspaces workspaces,
    Audit audit,
    ExtentTuning tuning) {

  /** The same for a layer whose segment files lie there. */
  public ExtentSetting in(LayerFolder folder) {
    return new ExtentSetting(storage, folder.parent(segments), meta, workspaces, audit, tuning);
  }
}
