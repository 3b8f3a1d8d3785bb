package ctrenc.overlay.layer;

import ctrenc.overlay.meta.Table;

/**
 * A record of a sealed layer as it is, or may be, stored.
 *
 * @param key begins with the layer's number in this store
 */
@SuppressWarnings("ArrayRecordComponent") // Handed over, never compared.
public record SealedRecord(Table table, byte[] key, byte[] value) {}
