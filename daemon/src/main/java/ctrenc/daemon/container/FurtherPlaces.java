package ctrenc.daemon.container;

import ctrenc.daemon.mounts.MountTable;
import ctrenc.overlay.fuse.Mount;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Where a mount is bound to besides its own place. */
final class FurtherPlaces {

  private FurtherPlaces() {}

  static List<Path> of(Mount mount) throws IOException {
    String device = "0:" + mount.connection();
    return MountTable.read().stream()
        .filter(entry -> entry.device().equals(device))
        .map(entry -> Path.of(utf8(entry.target())))
        .filter(place -> !place.equals(mount.directory()))
        .toList();
  }

  /** The table's names are one character for each byte. */
  private static String utf8(String latin1) {
    return new String(latin1.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }
}
