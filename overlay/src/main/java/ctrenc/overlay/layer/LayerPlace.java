package ctrenc.overlay.layer;

import ctrenc.overlay.audit.Audit;
import ctrenc.overlay.meta.MetaStore;

/**
 * Where a layer's records lie, and what it shares with the other layers of its store.
 *
 * @param number the layer's number in {@code meta}: the beginning of all its keys
 * @param audit is told of every record or extent that fails its seal, and of host files that
 *     changed
 */
public record LayerPlace(MetaStore meta, long number, RecordCache cache, Audit audit) {}
