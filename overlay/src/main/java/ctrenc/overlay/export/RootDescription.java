package ctrenc.overlay.export;

import static java.nio.charset.StandardCharsets.UTF_8;

import ctrenc.overlay.layer.FieldReader;
import ctrenc.overlay.layer.FieldWriter;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.storage.FormatTooNewException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What a stream is of: a snapshot of a root, as everybody may know it who sees the store.
 *
 * <pre>
 * version 1 (1) | owner (16) | root's name text | snapshot's name text | taken (12)
 * | image (1): 0 none, 1 name text and digest text | protectors bytes
 * | levels (4), top first: kind (1) | kind 1 carried, 2 known: layer UUID (16) and wrapped key bytes;
 *   3 plain: identity (32)
 * </pre>
 *
 * <p>"text" is its length (4) and UTF-8 bytes, "bytes" a length (4) and bytes; "taken" is in
 * seconds (8) and nanoseconds (4).
 *
 * @param owner the UUID that the root's keys are bound to
 * @param protectors what unlocks the root, as stored
 */
@SuppressWarnings("ArrayRecordComponent") // Handed over, never compared.
public record RootDescription(
    UUID owner,
    String name,
    String snapshot,
    Instant taken,
    Optional<ImageName> image,
    byte[] protectors,
    List<Level> levels) {

  /** What an image is called at its source. */
  public record ImageName(String name, String digest) {}

  /** A layer of the stack. */
  public sealed interface Level {

    /** Its records and extents are in the stream. */
    record Carried(UUID layer, byte[] wrappedKey) implements Level {}

    /** The receiver has it already. */
    record Known(UUID layer, byte[] wrappedKey) implements Level {}

    /** A layer of an image, by the identity of its index. */
    record Plain(byte[] identity) implements Level {}
  }

  /** Whether the receiver has to have some of it. */
  boolean isIncrement() {
    return levels.stream().anyMatch(Level.Known.class::isInstance);
  }

  public static final int IDENTITY_LENGTH = 32;

  private static final int VERSION = 1;
  private static final int CARRIED = 1;
  private static final int KNOWN = 2;
  private static final int PLAIN = 3;
  private static final int LONGEST = 1 << 20;

  byte[] encode() {
    FieldWriter out = new FieldWriter(512).putByte(VERSION).putId(owner);
    out.putBlock(name.getBytes(UTF_8)).putBlock(snapshot.getBytes(UTF_8));
    out.putLong(taken.getEpochSecond()).putInt(taken.getNano());
    out.putByte(image.isPresent() ? 1 : 0);
    if (image.isPresent()) {
      out.putBlock(image.get().name().getBytes(UTF_8));
      out.putBlock(image.get().digest().getBytes(UTF_8));
    }
    out.putBlock(protectors).putInt(levels.size());
    for (Level level : levels) {
      switch (level) {
        case Level.Carried(UUID layer, byte[] key) ->
            out.putByte(CARRIED).putId(layer).putBlock(key);
        case Level.Known(UUID layer, byte[] key) -> out.putByte(KNOWN).putId(layer).putBlock(key);
        case Level.Plain(byte[] identity) -> out.putByte(PLAIN).putBytes(identity);
      }
    }
    return out.toBytes();
  }

  static RootDescription decode(byte[] payload) throws DamagedException, FormatTooNewException {
    FieldReader in = new FieldReader(payload, "description of the root in the stream");
    in.version(VERSION);
    UUID owner = in.getId();
    String name = text(in);
    String snapshot = text(in);
    Instant taken = instant(in);
    Optional<ImageName> image =
        in.getFlag() ? Optional.of(new ImageName(text(in), text(in))) : Optional.empty();
    byte[] protectors = in.getBlock(LONGEST);
    List<Level> levels = new ArrayList<>();
    for (int left = in.getInt(); left > 0; left--) {
      levels.add(level(in));
    }
    in.end();
    if (levels.isEmpty()) {
      throw in.damaged("has no layers");
    }
    return new RootDescription(
        owner, name, snapshot, taken, image, protectors, List.copyOf(levels));
  }

  private static Level level(FieldReader in) throws DamagedException {
    int kind = in.getByte();
    return switch (kind) {
      case CARRIED -> new Level.Carried(in.getId(), in.getBlock(LONGEST));
      case KNOWN -> new Level.Known(in.getId(), in.getBlock(LONGEST));
      case PLAIN -> new Level.Plain(in.getBytes(IDENTITY_LENGTH));
      default -> throw in.damaged("has a layer of an unknown kind");
    };
  }

  private static String text(FieldReader in) throws DamagedException {
    return new String(in.getBlock(LONGEST), UTF_8);
  }

  private static Instant instant(FieldReader in) throws DamagedException {
    long seconds = in.getLong();
    int nanos = in.getInt();
    if (Math.abs(seconds) > Instant.MAX.getEpochSecond() || nanos < 0 || nanos > 999_999_999) {
      throw in.damaged("has an impossible time");
    }
    return Instant.ofEpochSecond(seconds, nanos);
  }
}
