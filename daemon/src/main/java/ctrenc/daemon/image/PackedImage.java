package ctrenc.daemon.image;

import java.util.List;

/**
 * An image as a layout or an archive holds it; layers lowest first. {@code name} is empty where
 * none is given.
 */
record PackedImage(String digest, String name, ImageConfig config, List<Layer> layers) {

  /**
   * One layer's tar archive, perhaps compressed: the file it lies in, and what its bytes must be.
   */
  record Layer(String path, BlobDigest digest) {}
}
