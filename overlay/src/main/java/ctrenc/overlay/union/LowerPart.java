package ctrenc.overlay.union;

import ctrenc.overlay.layer.Layer;

/**
 * A lower layer that has a say in an inode. {@code limit} is how far the bytes of a regular file
 * show through from this layer, as the layers between it and the upper left it; for other kinds it
 * means nothing.
 */
record LowerPart(Layer layer, LayerReach reach, long limit) {}
