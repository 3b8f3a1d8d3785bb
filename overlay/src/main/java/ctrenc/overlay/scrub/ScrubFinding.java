package ctrenc.overlay.scrub;

import ctrenc.overlay.audit.Finding;
import ctrenc.overlay.segment.SegmentPlace;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * Something that a scrub found wrong. It is told to whoever asked for the scrub, who may know the
 * file's name; what goes into a log leaves that out.
 *
 * @param layer the layer it lies in; empty where it is the store's
 * @param about what is wrong
 * @param inode the file it is of, where that is known
 * @param file its path in the root, or in a nested subvolume while what that hangs in is locked;
 *     where the keys are in memory
 * @param others further inodes that refer to the same extent
 * @param reason a whole sentence
 */
public record ScrubFinding(
    Finding.Kind kind,
    Optional<UUID> layer,
    ScrubSubject about,
    OptionalLong inode,
    Optional<String> file,
    int others,
    String reason) {

  /** Of a layer, and of no file that is known. */
  public static ScrubFinding of(Finding.Kind kind, UUID layer, String subject, String reason) {
    return of(kind, layer, new ScrubSubject.Other(subject), reason);
  }

  /** Of an extent of a layer, and of no file that is known. */
  public static ScrubFinding ofExtent(
      Finding.Kind kind, UUID layer, long extent, Optional<SegmentPlace> place, String reason) {
    return of(kind, layer, new ScrubSubject.Extent(extent, place), reason);
  }

  /** Of something in a layer, and of no file that is known. */
  public static ScrubFinding of(Finding.Kind kind, UUID layer, ScrubSubject about, String reason) {
    return of(kind, Optional.of(layer), about, reason);
  }

  /** Of the store itself. */
  public static ScrubFinding ofStore(Finding.Kind kind, String subject, String reason) {
    return of(kind, Optional.empty(), new ScrubSubject.Other(subject), reason);
  }

  private static ScrubFinding of(
      Finding.Kind kind, Optional<UUID> layer, ScrubSubject about, String reason) {
    return new ScrubFinding(kind, layer, about, OptionalLong.empty(), Optional.empty(), 0, reason);
  }

  /** What is wrong, for people. */
  public String subject() {
    return about.text();
  }

  /** The extent that is damaged or lost itself. */
  public OptionalLong extent() {
    return about instanceof ScrubSubject.Extent extent
        ? OptionalLong.of(extent.id())
        : OptionalLong.empty();
  }

  /** Where that extent lies, or should. */
  public Optional<SegmentPlace> place() {
    return about instanceof ScrubSubject.Extent extent ? extent.place() : Optional.empty();
  }

  public ScrubFinding ofInode(long number) {
    return ofInodes(number, 0);
  }

  public ScrubFinding ofInodes(long first, int further) {
    return new ScrubFinding(kind, layer, about, OptionalLong.of(first), file, further, reason);
  }

  public ScrubFinding inFile(String path) {
    return new ScrubFinding(kind, layer, about, inode, Optional.of(path), others, reason);
  }
}
