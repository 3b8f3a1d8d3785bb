/** Stacks of layers and their lifecycle, the catalog of images, and the keyring of a subvolume. */
@NullMarked
package ctrenc.overlay.subvolume;

import org.jspecify.annotations.NullMarked;
