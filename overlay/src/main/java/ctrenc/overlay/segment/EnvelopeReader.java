package ctrenc.overlay.segment;

import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;
import ctrenc.overlay.storage.FormatTooOldException;
import ctrenc.overlay.storage.Storage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads whole envelopes of one layer, without its key and beside whoever uses the layer: an
 * envelope is written once, so what is found at a place either is it, or the place was freed.
 * Reading to a place of the caller's is thread-safe; nothing else is, but any thread may close it
 * when nobody reads.
 */
public final class EnvelopeReader implements AutoCloseable {

  private static final int MOST = EnvelopeHeader.LENGTH + EnvelopeHeader.MAX_SEALED_LENGTH;

  private final Storage storage;
  private final String directory;
  private final UUID layer;
  private final Map<Integer, SegmentFile> files = new ConcurrentHashMap<>();
  private final Arena arena = Arena.ofShared();
  private final ReadAhead ahead = new ReadAhead();
  private MemorySegment memory = MemorySegment.NULL;

  /**
   * @param parent the directory that holds the segment files of all layers
   */
  public EnvelopeReader(Storage storage, String parent, UUID layer) {
    this.storage = storage;
    this.directory = parent + "/" + layer;
    this.layer = layer;
  }

  /** What lies at a place. */
  public sealed interface Found {

    /** An envelope that is what its checksums say. */
    record Whole(EnvelopeHeader header) implements Found {}

    record Damaged(String reason) implements Found {}

    record Missing(String reason) implements Found {}
  }

  /** Where an envelope is put that is read. */
  @FunctionalInterface
  public interface Room {

    /** Native memory of this length. */
    MemorySegment of(int length) throws IOException;
  }

  /** Reads an envelope, and keeps nothing but what its header says. */
  public Found read(SegmentPlace place) throws IOException {
    return read(place, this::memory);
  }

  /**
   * Tells which envelope is read next by one who reads all of them by their places: what lies
   * behind it is read from the disk meanwhile.
   */
  public void readAhead(SegmentPlace place) throws IOException {
    SegmentFile file = file(place.file());
    if (file != null) {
      ahead.reading(file, place);
    }
  }

  /** Reads an envelope, header and sealed bytes, to a place of the caller's. */
  public Found read(SegmentPlace place, Room room) throws IOException {
    if (place.length() < EnvelopeHeader.LENGTH || place.length() > MOST) {
      return new Found.Damaged("The map tells no sane length.");
    }
    SegmentFile file = file(place.file());
    if (file == null) {
      return new Found.Missing("The segment file " + name(place.file()) + " is missing.");
    }
    MemorySegment envelope = room.of(place.length());
    if (file.read(envelope, place.offset()) < place.length()) {
      return new Found.Missing("The segment file ends within the extent.");
    }
    try {
      byte[] head = envelope.asSlice(0, EnvelopeHeader.LENGTH).toArray(ValueLayout.JAVA_BYTE);
      EnvelopeHeader header =
          EnvelopeHeader.decode(head, "in " + file.name() + " at " + place.offset());
      return checked(header, envelope);
    } catch (DamagedException | FormatTooNewException e) {
      return new Found.Damaged(String.valueOf(e.getMessage()));
    }
  }

  private static Found checked(EnvelopeHeader header, MemorySegment envelope) {
    if (header.envelopeLength() != envelope.byteSize()) {
      return new Found.Damaged("The header and the map tell different lengths.");
    }
    int checksum = EnvelopeHeader.checksumOf(envelope.asSlice(EnvelopeHeader.LENGTH));
    return checksum == header.checksum()
        ? new Found.Whole(header)
        : new Found.Damaged("The sealed bytes are not what their checksum says.");
  }

  /**
   * Checks that every file of the layer is what its name says; the reasons why it is not. One that
   * is shorter than its header is being begun, or was when the power went, or is being deleted:
   * nothing lies in it, and what records place there is found missing by itself.
   */
  public Map<String, String> checkHeaders() throws IOException {
    Map<String, String> wrong = new HashMap<>();
    for (String name : names()) {
      Integer number = SegmentFile.numberOf(name);
      try {
        SegmentFile file = number == null ? null : file(number);
        if (number == null) {
          wrong.put(directory + "/" + name, "Its name is no segment file's.");
        } else if (file != null && file.size() >= SegmentFiles.FIRST_OFFSET) {
          file.checkHeader(layer);
        }
      } catch (DamagedException | FormatTooNewException | FormatTooOldException e) {
        wrong.put(directory + "/" + name, String.valueOf(e.getMessage()));
      }
    }
    return wrong;
  }

  /** Lets what is read next come from the disk, where the kernel had it in memory. */
  public void forgetCache() throws IOException {
    for (String name : names()) {
      Integer number = SegmentFile.numberOf(name);
      SegmentFile file = number == null ? null : file(number);
      if (file != null) {
        file.dropCache(0, file.size());
      }
    }
  }

  /** None where the layer is being removed, or its folder is lost: then all in it is missing. */
  private List<String> names() throws IOException {
    try {
      return List.copyOf(storage.list(directory));
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  /** How a file is called in messages. */
  public String name(int file) {
    return directory + "/" + SegmentFile.nameOf(file);
  }

  private @Nullable SegmentFile file(int number) throws IOException {
    SegmentFile known = files.get(number);
    if (known == null && storage.exists(name(number))) {
      try {
        SegmentFile opened = SegmentFile.open(storage, directory, number);
        known = files.putIfAbsent(number, opened);
        if (known == null) {
          return opened;
        }
        opened.close();
      } catch (NoSuchFileException e) {
        return null;
      }
    }
    return known;
  }

  private MemorySegment memory(int length) {
    if (memory.byteSize() < length) {
      memory = arena.allocate(MOST);
    }
    return memory.asSlice(0, length);
  }

  @Override
  public void close() throws IOException {
    ahead.close();
    try {
      for (SegmentFile file : files.values()) {
        file.close();
      }
    } finally {
      arena.close();
    }
  }
}
