package ctrenc.overlay.meta;

/**
 * The tables of the metadata store. The order is the code's alone; the name is on disk (RocksDB
 * column family).
 */
public enum Table {
  /** Images, subvolumes, snapshots: small records that are read at start. */
  CATALOG("catalog"),
  /** Per layer: header, sessions, counters, state. */
  LAYER("layer"),
  INODE("inode"),
  ENTRY("entry"),
  REFERENCE("reference"),
  /** The public location map: extent to segment file, offset and length. */
  PLACE("place"),
  /**
   * References beyond the first to an extent, as a signed 64-bit little-endian sum; absent means
   * zero.
   */
  SHARE("share"),
  /** Copies of small envelopes whose segment file may not have reached the disk yet. */
  JOURNAL("journal"),
  /** Inodes without a name that were still open. */
  ORPHAN("orphan");

  private final String familyName;

  Table(String familyName) {
    this.familyName = familyName;
  }

  public String familyName() {
    return familyName;
  }
}
