package ctrenc.overlay.ring;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.FileData;
import ctrenc.overlay.sys.MemoryFile;
import ctrenc.overlay.sys.Pages;
import ctrenc.overlay.sys.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What a mounted root must not lose with its process, in a file that lies in memory alone: it is
 * gone when the last descriptor of it is closed. Only pages that were written to take room.
 *
 * <pre>
 * 0          magic "CTRERING" (8) | version (4) | what the mount is (4) | head of the log (8) | tail (8)
 * 32         used slots: open files (8) | passed files (8) | known nodes (8) | nested subvolumes (8)
 * 64         last number of a known node (8) | last place of a nested subvolume (4)
 * 1 KiB      64 marks of exchanges x { number (8) | directory (8) | hash of the name (8) | inode (8) }
 * 3 KiB      a wrapped key: UUID of whose key it is (16) | length (4) | bytes
 * 4 KiB      open files: see {@link OpenHandles}
 * 4 KiB + 1 MiB   passed files: see {@link PassedFiles}
 * 4 KiB + 2 MiB   the log, 64 MiB: see {@link WriteLog}
 * 4 KiB + 66 MiB  known nodes: see {@link KnownNodes}
 * 4 KiB + 76 MiB  nested subvolumes: see {@link NestedMembers}
 * </pre>
 *
 * <p>Version 1 ends with the log, and has the marks of open files 6 bits lower. It is taken up.
 */
public final class RootMemory implements AutoCloseable {

  private static final long MAGIC = 0x474e495245525443L;
  private static final int VERSION = 2;
  private static final int WITHOUT_NESTED = 1;
  private static final long VERSION_AT = 8;
  private static final long MOUNT_AT = 12;
  private static final long HANDLES_USED_AT = 32;
  private static final long PASSED_USED_AT = 40;
  private static final long NODES_USED_AT = 48;
  private static final long MEMBERS_USED_AT = 56;
  private static final long LAST_NODE_AT = 64;
  private static final long LAST_PLACE_AT = 72;
  private static final long MARKS_AT = 1024;
  private static final long KEY_AT = 3072;
  private static final long HANDLES_AT = 4096;
  private static final long PASSED_AT = HANDLES_AT + OpenHandles.LENGTH;
  private static final long LOG_AT = PASSED_AT + PassedFiles.LENGTH;
  private static final long NODES_AT = LOG_AT + WriteLog.CAPACITY;
  private static final long MEMBERS_AT = NODES_AT + KnownNodes.LENGTH;
  private static final long LENGTH = MEMBERS_AT + NestedMembers.LENGTH;

  private static final long KEY_LENGTH_AT = KEY_AT + 16;
  private static final long KEY_BYTES_AT = KEY_LENGTH_AT + Integer.BYTES;

  private final Descriptor file;
  private final MemorySegment header;
  private final Arena arena = Arena.ofShared();
  private final boolean isRecovered;
  private final OpenHandles handles;
  private final PassedFiles passed;
  private final ExchangeMarks exchanges;
  private final WriteLog log;
  private final KnownNodes nodes;
  private final NestedMembers nested;

  private RootMemory(Descriptor file, boolean isRecovered) throws SystemCallException {
    this.file = file;
    this.isRecovered = isRecovered;
    MemorySegment memory = Pages.share(file, LENGTH, arena);
    if (!isRecovered) {
      memory.set(ValueLayout.JAVA_LONG, 0, MAGIC);
    } else if (!isKnown(memory)) {
      arena.close();
      throw new IllegalArgumentException("memory of a root that this release does not know");
    } else if (memory.get(ValueLayout.JAVA_INT, VERSION_AT) == WITHOUT_NESTED) {
      OpenHandles.moveMarks(memory.asSlice(HANDLES_AT, OpenHandles.LENGTH));
    }
    memory.set(ValueLayout.JAVA_INT, VERSION_AT, VERSION);
    header = memory.asSlice(0, HANDLES_AT);
    handles =
        new OpenHandles(memory.asSlice(HANDLES_AT, OpenHandles.LENGTH), header, HANDLES_USED_AT);
    passed = new PassedFiles(memory.asSlice(PASSED_AT, PassedFiles.LENGTH), header, PASSED_USED_AT);
    exchanges = new ExchangeMarks(memory.asSlice(MARKS_AT, ExchangeMarks.LENGTH));
    log = new WriteLog(file, LOG_AT, header, memory.asSlice(LOG_AT, WriteLog.CAPACITY));
    nodes =
        new KnownNodes(
            memory.asSlice(NODES_AT, KnownNodes.LENGTH), header, NODES_USED_AT, LAST_NODE_AT);
    nested =
        new NestedMembers(
            memory.asSlice(MEMBERS_AT, NestedMembers.LENGTH), header, MEMBERS_USED_AT);
  }

  private static boolean isKnown(MemorySegment header) {
    int version = header.get(ValueLayout.JAVA_INT, VERSION_AT);
    return header.get(ValueLayout.JAVA_LONG, 0) == MAGIC
        && (version == VERSION || version == WITHOUT_NESTED);
  }

  /** Memory for a root that is mounted now. */
  public static RootMemory create() throws SystemCallException {
    Descriptor file = MemoryFile.create("ctr-enc-root");
    FileData.truncate(file, LENGTH);
    return new RootMemory(file, false);
  }

  /**
   * What an earlier process left; takes the descriptor over.
   *
   * @throws IllegalArgumentException if another release left it
   */
  public static RootMemory recover(Descriptor file) throws SystemCallException {
    FileData.truncate(file, LENGTH); // Only one of an earlier release is shorter.
    return new RootMemory(file, true);
  }

  /** An earlier process left it. */
  public boolean isRecovered() {
    return isRecovered;
  }

  /** A key that is wrapped, and whose it is. */
  public record KeyOf(UUID owner, byte[] wrapped) {}

  /** Leaves a wrapped key to whoever takes this memory up. */
  public void leave(KeyOf key) {
    if (key.wrapped.length > HANDLES_AT - KEY_BYTES_AT) {
      throw new IllegalArgumentException("a wrapped key of " + key.wrapped.length + " bytes");
    }
    header.set(ValueLayout.JAVA_LONG, KEY_AT, key.owner.getMostSignificantBits());
    header.set(ValueLayout.JAVA_LONG, KEY_AT + Long.BYTES, key.owner.getLeastSignificantBits());
    MemorySegment.copy(
        key.wrapped, 0, header, ValueLayout.JAVA_BYTE, KEY_BYTES_AT, key.wrapped.length);
    header.set(ValueLayout.JAVA_INT, KEY_LENGTH_AT, key.wrapped.length);
  }

  /** The key that was left in such memory; the descriptor stays the caller's. */
  public static Optional<KeyOf> keyIn(Descriptor file) throws SystemCallException {
    try (Arena local = Arena.ofConfined()) {
      MemorySegment page = Pages.share(file, HANDLES_AT, local);
      int length = page.get(ValueLayout.JAVA_INT, KEY_LENGTH_AT);
      if (!isKnown(page) || length <= 0 || length > HANDLES_AT - KEY_BYTES_AT) {
        return Optional.empty();
      }
      UUID owner =
          new UUID(
              page.get(ValueLayout.JAVA_LONG, KEY_AT),
              page.get(ValueLayout.JAVA_LONG, KEY_AT + Long.BYTES));
      byte[] wrapped = page.asSlice(KEY_BYTES_AT, length).toArray(ValueLayout.JAVA_BYTE);
      return Optional.of(new KeyOf(owner, wrapped));
    }
  }

  /** What was left of nested subvolumes in such memory; the descriptor stays the caller's. */
  public static List<NestedMembers.Entry> nestedIn(Descriptor file) throws SystemCallException {
    try (Arena local = Arena.ofConfined()) {
      MemorySegment page = Pages.share(file, HANDLES_AT, local);
      long used = page.get(ValueLayout.JAVA_LONG, MEMBERS_USED_AT);
      if (!isKnown(page) || used == 0) {
        return List.of();
      }
      MemorySegment all = Pages.share(file, LENGTH, local);
      return NestedMembers.read(all.asSlice(MEMBERS_AT, NestedMembers.LENGTH), used);
    }
  }

  /** For whoever keeps it while this process is dead. */
  public Descriptor file() {
    return file;
  }

  public OpenHandles handles() {
    return handles;
  }

  public PassedFiles passed() {
    return passed;
  }

  /** What whoever mounted the root said of the mount, in its own words; 0 if nothing. */
  public int mountWord() {
    return header.get(ValueLayout.JAVA_INT, MOUNT_AT);
  }

  public void setMountWord(int word) {
    header.set(ValueLayout.JAVA_INT, MOUNT_AT, word);
  }

  public ExchangeMarks exchanges() {
    return exchanges;
  }

  public WriteLog log() {
    return log;
  }

  public KnownNodes nodes() {
    return nodes;
  }

  public NestedMembers nested() {
    return nested;
  }

  /** The last place that was given to a nested subvolume; 0 if none was. */
  public int lastPlace() {
    return header.get(ValueLayout.JAVA_INT, LAST_PLACE_AT);
  }

  public void setLastPlace(int place) {
    header.set(ValueLayout.JAVA_INT, LAST_PLACE_AT, place);
  }

  /** Lets go of it; nobody may use its parts any more. */
  @Override
  public void close() throws SystemCallException {
    arena.close();
    file.close();
  }
}
