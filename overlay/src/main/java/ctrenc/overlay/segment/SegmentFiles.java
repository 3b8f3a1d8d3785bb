package ctrenc.overlay.segment;

import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.SharedSync;
import ctrenc.overlay.storage.Storage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The segment files of one layer, in the directory {@code <segments>/<layer UUID>}. Envelopes are
 * appended to the newest file until it is full; files of an earlier opening are appended to only
 * where {@link #resume} allows it. Thread-safe; whoever closes them ends all use first.
 */
public final class SegmentFiles implements AutoCloseable {

  /** Where the first envelope of a file may begin. */
  public static final int FIRST_OFFSET = SegmentFile.HEADER_LENGTH;

  private final Storage storage;
  private final String directory;
  private final UUID layer;
  private final long limit;
  private final ConcurrentSkipListMap<Integer, SegmentFile> files = new ConcurrentSkipListMap<>();
  private final SharedSync sync = SharedSync.ofFiles(this::syncFiles);
  private final Object creation = new Object();
  private volatile @Nullable SegmentFile current;
  private volatile boolean namesDirty;

  /** Files up to this number are in their directory on the disk, too. */
  private volatile int durableNames;

  /** Numbers up to this one were used; they are not given to other files. */
  private volatile int usedNumbers;

  private SegmentFiles(Storage storage, String directory, UUID layer, long limit) {
    this.storage = storage;
    this.directory = directory;
    this.layer = layer;
    this.limit = limit;
  }

  /**
   * Opens the files of a layer; there may be none yet.
   *
   * @param parent the directory that holds those of all layers
   * @param limit length of a segment file, in bytes, at which the next one is begun
   */
  public static SegmentFiles open(Storage storage, String parent, UUID layer, long limit)
      throws IOException {
    SegmentFiles opened = new SegmentFiles(storage, parent + "/" + layer, layer, limit);
    for (String name : storage.list(opened.directory)) {
      Integer number = SegmentFile.numberOf(name);
      if (number != null) {
        opened.add(number);
      }
    }
    return opened;
  }

  private void add(int number) throws IOException {
    try {
      files.put(number, SegmentFile.open(storage, directory, number));
    } catch (NoSuchFileException e) {
      // Whoever uses the layer has deleted it since the names were listed.
    }
    usedNumbers = Math.max(usedNumbers, number);
  }

  /** Removes the files of a layer that nobody has open, and their directory. */
  public static void remove(Storage storage, String parent, UUID layer) throws IOException {
    String directory = parent + "/" + layer;
    if (!storage.exists(directory)) {
      return;
    }
    for (String name : storage.list(directory)) {
      storage.delete(directory + "/" + name);
    }
    storage.delete(directory);
    storage.syncDirectory(parent);
  }

  /** Checks that a file is what its name says. */
  public void checkHeader(int file) throws IOException {
    find(file).checkHeader(layer);
  }

  /** The numbers of all files, ascending. */
  public List<Integer> numbers() {
    return List.copyOf(files.keySet());
  }

  public boolean exists(int file) {
    return files.containsKey(file);
  }

  /** How a file is called in messages. */
  public String name(int file) {
    return directory + "/" + SegmentFile.nameOf(file);
  }

  /** Where the next envelope would go at the earliest; {@code length} 0. */
  public SegmentPlace tail() {
    SegmentFile target = current;
    if (target != null) {
      return new SegmentPlace(target.number(), target.tail(), 0);
    }
    return new SegmentPlace(usedNumbers + 1, FIRST_OFFSET, 0);
  }

  /** Goes on in the newest file if it ends where an orderly close left it. */
  public void resume(SegmentPlace tail) throws IOException {
    SegmentFile newest = files.get(tail.file());
    if (newest != null && usedNumbers == tail.file() && newest.size() == tail.offset()) {
      current = newest;
    }
  }

  /**
   * Lets the next sync cover the files from number {@code file} on, too: a process that died may
   * have written to them what the disk does not have yet.
   */
  public void distrust(int file) {
    files.tailMap(file).values().forEach(SegmentFile::distrust);
    namesDirty = !files.isEmpty();
  }

  /** Gives no new file a number below {@code file}: some of those may have been deleted. */
  public void skipTo(int file) {
    usedNumbers = Math.max(usedNumbers, file - 1);
  }

  /** Writes an envelope in one go and says where it lies. */
  public SegmentPlace append(MemorySegment envelope) throws IOException {
    Reserved reserved = reserved(Math.toIntExact(envelope.byteSize()));
    reserved.file.write(envelope, reserved.place.offset());
    return reserved.place;
  }

  /** Where an envelope will lie, which {@link #write} writes. */
  SegmentPlace reserve(int length) throws IOException {
    return reserved(length).place;
  }

  /** Writes what was reserved, be it several places one after the other. */
  void write(SegmentPlace place, MemorySegment envelopes) throws IOException {
    find(place.file()).write(envelopes, place.offset());
  }

  private record Reserved(SegmentFile file, SegmentPlace place) {}

  private Reserved reserved(int length) throws IOException {
    while (true) {
      SegmentFile target = current;
      long offset = target == null ? -1 : target.reserve(length, limit);
      if (target != null && offset >= 0) {
        return new Reserved(target, new SegmentPlace(target.number(), offset, length));
      }
      begin(target);
    }
  }

  /** Begins the next file, unless another thread has done so since {@code full} was seen. */
  private void begin(@Nullable SegmentFile full) throws IOException {
    synchronized (creation) {
      if (current != full) {
        return;
      }
      if (files.isEmpty()) {
        storage.createDirectory(directory);
      }
      int number = usedNumbers + 1;
      SegmentFile created = SegmentFile.create(storage, directory, layer, number);
      usedNumbers = number;
      namesDirty = true;
      files.put(number, created);
      current = created;
    }
  }

  /** Fills {@code target} from {@code offset}; short only at the end of the file. */
  public int read(int file, long offset, MemorySegment target) throws IOException {
    SegmentFile found = enter(file);
    try {
      return found.read(target, offset);
    } finally {
      found.leave();
    }
  }

  /**
   * The header of the envelope at a place.
   *
   * @throws DamagedException if there is none, or not a whole one
   */
  public EnvelopeHeader header(SegmentPlace place) throws IOException {
    SegmentFile file = enter(place.file());
    try {
      byte[] bytes = file.bytes(place.offset(), EnvelopeHeader.LENGTH);
      return EnvelopeHeader.decode(bytes, "in " + file.name() + " at " + place.offset());
    } finally {
      file.leave();
    }
  }

  /** Walks the envelopes of a file from {@code from}; see {@link SegmentScan}. */
  public void scan(int file, long from, SegmentScan.Visitor visitor) throws IOException {
    new SegmentScan(find(file), from).run(visitor);
  }

  /** Returns when everything appended before the call survives power loss. */
  public void sync() throws IOException {
    sync.run();
  }

  private void syncFiles() throws IOException {
    boolean names = namesDirty;
    int newest = usedNumbers;
    namesDirty = false;
    for (SegmentFile file : files.values()) {
      if (file.isDirty() && file.enter()) {
        try {
          file.sync();
        } finally {
          file.leave();
        }
      }
    }
    if (names) {
      storage.syncDirectory(directory);
      int slash = directory.lastIndexOf('/');
      storage.syncDirectory(directory.substring(0, slash));
      storage.syncDirectory("");
    }
    durableNames = Math.max(durableNames, newest);
  }

  /** Whether power loss can no longer take the file itself, whatever it does to what is in it. */
  public boolean isNameDurable(int file) {
    return file <= durableNames;
  }

  /** Writes an envelope again to a place that it had before power was lost. */
  public void restore(SegmentPlace place, byte[] envelope) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment source = arena.allocateFrom(ValueLayout.JAVA_BYTE, envelope);
      find(place.file()).write(source, place.offset());
    }
  }

  /** Length of a file, with what is being appended; it grows while it is the newest. */
  public long length(int number) throws DamagedException {
    return find(number).tail();
  }

  /** Length of a file that is no longer appended to, or -1 for the current one. */
  public long finalLength(int number) throws DamagedException {
    SegmentFile target = current;
    return target != null && target.number() == number ? -1 : length(number);
  }

  /** Lets the next envelope begin a new file, if this is the one that is appended to. */
  public void end(int number) {
    synchronized (creation) {
      SegmentFile target = current;
      if (target != null && target.number() == number) {
        current = null;
      }
    }
  }

  /** Gives whole blocks inside the range back to the disk. */
  public void punch(int file, long offset, long length) throws IOException {
    find(file).punch(offset, length);
  }

  public void dropCache(int file, long offset, long length) throws IOException {
    SegmentFile found = enter(file);
    try {
      found.dropCache(offset, length);
    } finally {
      found.leave();
    }
  }

  /**
   * Deletes a file in which nothing lives any more, and which is no longer appended to. Who reads
   * it at the moment finds it end too early.
   */
  public void delete(int number) throws IOException {
    SegmentFile file = find(number);
    if (file == current) {
      throw new IllegalStateException("segment file " + number + " is being appended to");
    }
    files.remove(number);
    try {
      storage.delete(file.name());
      file.empty();
    } finally {
      file.leave();
    }
  }

  /** Bytes of all files as the disk counts them. */
  public long storedBytes() throws IOException {
    long sum = 0;
    for (SegmentFile file : files.values()) {
      if (file.enter()) {
        try {
          sum += file.storedBytes();
        } finally {
          file.leave();
        }
      }
    }
    return sum;
  }

  @Override
  public void close() throws IOException {
    current = null;
    for (SegmentFile file : files.values()) {
      file.leave();
    }
    files.clear();
  }

  private SegmentFile find(int number) throws DamagedException {
    SegmentFile file = files.get(number);
    if (file == null) {
      throw missing(number);
    }
    return file;
  }

  /** A file that stays open until its {@link SegmentFile#leave}, also when it is deleted. */
  private SegmentFile enter(int number) throws DamagedException {
    SegmentFile file = find(number);
    if (!file.enter()) {
      throw missing(number);
    }
    return file;
  }

  private DamagedException missing(int number) {
    return new DamagedException("The segment file " + name(number) + " is missing.");
  }
}
