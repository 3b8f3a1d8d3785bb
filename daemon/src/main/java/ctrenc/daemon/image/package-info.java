/** Import of images from directories, archives and OCI layouts. */
@NullMarked
package ctrenc.daemon.image;

import org.jspecify.annotations.NullMarked;
