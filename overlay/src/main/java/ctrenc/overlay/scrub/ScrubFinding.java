package ctrenc.overlay.scrub;

import ctrenc.overlay.audit.Finding;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * Something that a scrub found wrong. It is told to whoever asked for the scrub, who may know the
 * file's name; what goes into a log leaves that out.
 *
 * @param layer the layer it lies in; empty where it is the store's
 * @param subject what is wrong, such as "extent 7"
 * @param extent the extent that is damaged or lost itself, and not a record of it
 * @param inode the file it is of, where that is known
 * @param file its path in the root, where the keys are in memory
 * @param reason a whole sentence
 */
public record ScrubFinding(
    Finding.Kind kind,
    Optional<UUID> layer,
    String subject,
    OptionalLong extent,
    OptionalLong inode,
    Optional<String> file,
    String reason) {

  /** Of a layer, and of no file that is known. */
  public static ScrubFinding of(Finding.Kind kind, UUID layer, String subject, String reason) {
    return of(kind, Optional.of(layer), subject, OptionalLong.empty(), reason);
  }

  /** Of an extent of a layer. */
  public static ScrubFinding ofExtent(Finding.Kind kind, UUID layer, long extent, String reason) {
    String subject = "extent " + extent;
    return of(kind, Optional.of(layer), subject, OptionalLong.of(extent), reason);
  }

  /** Of the store itself. */
  public static ScrubFinding ofStore(Finding.Kind kind, String subject, String reason) {
    return of(kind, Optional.empty(), subject, OptionalLong.empty(), reason);
  }

  private static ScrubFinding of(
      Finding.Kind kind, Optional<UUID> layer, String subject, OptionalLong extent, String reason) {
    return new ScrubFinding(
        kind, layer, subject, extent, OptionalLong.empty(), Optional.empty(), reason);
  }

  public ScrubFinding ofInode(long number) {
    return new ScrubFinding(kind, layer, subject, extent, OptionalLong.of(number), file, reason);
  }

  public ScrubFinding inFile(String path) {
    return new ScrubFinding(kind, layer, subject, extent, inode, Optional.of(path), reason);
  }
}
