package ctrenc.overlay.meta;

/**
 * How much memory and disk the metadata store takes. All sizes in bytes.
 *
 * @param blockCache blocks, indexes and filters of all tables, in memory
 * @param writeBuffer records of one table gathered in memory before all tables are flushed, each to
 *     a file
 * @param writeBuffersTotal the same over all tables together
 * @param logTotal write-ahead logs kept before the tables are flushed
 * @param backgroundThreads for flushes and compaction
 */
public record RocksTuning(
    long blockCache,
    long writeBuffer,
    long writeBuffersTotal,
    long logTotal,
    int backgroundThreads) {

  private static final long MIB = 1 << 20;

  public RocksTuning {
    if (blockCache <= 0
        || writeBuffer <= 0
        || writeBuffersTotal < writeBuffer
        || logTotal < writeBuffer
        || backgroundThreads < 1) {
      throw new IllegalArgumentException("the sizes of the metadata store do not fit together");
    }
  }

  /**
   * What is gathered of one table. Each flush begins a new log: the journal, which fills the log
   * and is emptied soon, is flushed early, so that logs stay short and are soon recycled.
   */
  long writeBuffer(Table table) {
    return table == Table.JOURNAL ? writeBuffer / 2 : writeBuffer;
  }

  /** For a host with a handful to some hundred roots. */
  public static RocksTuning standard() {
    return new RocksTuning(64 * MIB, 16 * MIB, 64 * MIB, 24 * MIB, 2);
  }

  /** For tests that want flushes and compactions to happen soon. */
  public static RocksTuning small() {
    return new RocksTuning(MIB, 64 << 10, MIB, MIB, 1);
  }
}
