package ctrenc.daemon.image;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.ExtendedAttributes;
import ctrenc.overlay.sys.FileStatus;
import ctrenc.overlay.sys.Ownership;
import java.io.IOException;
import java.util.Optional;

/** Gives a copy the owner, the extended attributes and the mode of its original. */
final class CopiedMetadata {

  private static final int TYPE_MASK = 0170000;
  private static final int SYMLINK = 0120000;
  private static final int MODE_MASK = 07777;

  private CopiedMetadata() {}

  static void apply(Descriptor original, Descriptor copy, FileStatus status) throws IOException {
    Ownership.changeOwner(copy, status.uid(), status.gid());
    ExtendedAttributes from = ExtendedAttributes.of(original);
    ExtendedAttributes to = ExtendedAttributes.of(copy);
    for (byte[] name : from.list()) {
      Optional<byte[]> value = from.get(name);
      if (value.isPresent() && Metadata.isKept(name)) {
        to.set(name, value.get(), 0);
      }
    }
    if ((status.mode() & TYPE_MASK) != SYMLINK) {
      Ownership.changeMode(copy, status.mode() & MODE_MASK);
    }
  }
}
