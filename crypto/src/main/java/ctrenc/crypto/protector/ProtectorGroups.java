package ctrenc.crypto.protector;

import ctrenc.crypto.CryptoException;
import ctrenc.crypto.MalformedException;
import ctrenc.crypto.UnsupportedVersionException;
import ctrenc.crypto.WrongKeyException;
import ctrenc.crypto.secret.Entropy;
import ctrenc.crypto.wrap.Kek;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * How a persistent subvolume unlocks: any of its groups opens it, and all members of a group are
 * needed for that. A value; changing it makes a new one, which replaces the stored bytes and
 * rewrites no data.
 *
 * <pre>
 * magic "CEPG" (4) | version (1) | number of groups (1) | groups | CRC32C of all before (4)
 * group   = number of members (1) | members | length (2) | wrapped KEK
 * member  = type (1) | length (2) | parameters
 * </pre>
 */
public final class ProtectorGroups {

  static final int MAX_GROUPS = 64;

  private static final int MAGIC = 0x43455047;
  private static final byte VERSION = 1;
  private static final int HEAD = Integer.BYTES + 2;

  private final UUID subvolume;
  private final List<ProtectorGroup> groups;

  private ProtectorGroups(UUID subvolume, List<ProtectorGroup> groups) {
    if (groups.size() > MAX_GROUPS) {
      throw new IllegalArgumentException(
          "a subvolume has at most " + MAX_GROUPS + " groups of protectors");
    }
    this.subvolume = subvolume;
    this.groups = List.copyOf(groups);
  }

  /** Nothing opens it, yet. */
  public static ProtectorGroups none(UUID subvolume) {
    return new ProtectorGroups(subvolume, List.of());
  }

  /** One group more: whoever holds all of these opens {@code kek}. */
  public ProtectorGroups with(Kek kek, List<? extends Protector> allOf, Entropy entropy) {
    if (!kek.subvolume().equals(subvolume)) {
      throw new IllegalArgumentException("the KEK is another subvolume's");
    }
    ProtectorGroup added = ProtectorGroup.of(kek, List.copyOf(allOf), entropy);
    return new ProtectorGroups(
        subvolume, Stream.concat(groups.stream(), Stream.of(added)).toList());
  }

  /** One group in the place of another: whoever holds all of these opens {@code kek}. */
  public ProtectorGroups replacing(
      int group, Kek kek, List<? extends Protector> allOf, Entropy entropy) {
    List<ProtectorGroup> changed = new ArrayList<>(groups);
    changed.set(group, none(subvolume).with(kek, allOf, entropy).groups.getFirst());
    return new ProtectorGroups(subvolume, changed);
  }

  /** One group less, by its place in {@link #describe}. */
  public ProtectorGroups without(int group) {
    List<ProtectorGroup> left = new ArrayList<>(groups);
    left.remove(group);
    return new ProtectorGroups(subvolume, left);
  }

  /** The types of each group's members; empty for a type this release does not know. */
  public List<List<Optional<ProtectorType>>> describe() {
    return groups.stream()
        .map(group -> group.members().stream().map(ProtectorSlot::type).toList())
        .toList();
  }

  /** What has to be unwrapped by key providers or the TPM, for any group. */
  public List<WrappedSecretProtector.Wrapped> wrappedSecrets() {
    return groups.stream()
        .flatMap(group -> group.members().stream())
        .flatMap(slot -> WrappedSecretProtector.wrapped(slot).stream())
        .toList();
  }

  /**
   * Opens the KEK with whatever of {@code held} opens some group.
   *
   * @throws WrongKeyException if no group is complete, or its key is wrong
   * @throws UnsupportedVersionException if every group asks for a type of protector that this
   *     release does not know
   */
  public Kek unlock(List<? extends Protector> held) throws CryptoException {
    boolean understood = groups.isEmpty();
    for (ProtectorGroup group : groups) {
      if (group.members().stream().allMatch(slot -> slot.type().isPresent())) {
        understood = true;
        Optional<Kek> kek = new GroupUnlock(group, subvolume, held).attempt();
        if (kek.isPresent()) {
          return kek.get();
        }
      }
    }
    if (!understood) {
      throw new UnsupportedVersionException(
          "the subvolume unlocks only with protectors of a type this release does not know");
    }
    throw new WrongKeyException("none of the protectors at hand opens the subvolume");
  }

  public byte[] encode() {
    int length = HEAD + Integer.BYTES;
    for (ProtectorGroup group : groups) {
      length += membersLength(group.members()) + Short.BYTES + group.wrappedKek().length;
    }
    ByteBuffer encoded =
        ByteBuffer.allocate(length).putInt(MAGIC).put(VERSION).put((byte) groups.size());
    for (ProtectorGroup group : groups) {
      putMembers(encoded, group.members());
      encoded.putShort((short) group.wrappedKek().length).put(group.wrappedKek());
    }
    return encoded.putInt(checksum(encoded.array())).array();
  }

  /**
   * Reads what {@link #encode} gave.
   *
   * @throws MalformedException if it is damaged
   * @throws UnsupportedVersionException if a newer release wrote it
   */
  public static ProtectorGroups decode(UUID subvolume, byte[] encoded)
      throws MalformedException, UnsupportedVersionException {
    ByteBuffer fields = ByteBuffer.wrap(encoded);
    if (encoded.length < HEAD + Integer.BYTES || fields.getInt() != MAGIC) {
      throw new MalformedException("these are no protectors");
    }
    int version = Byte.toUnsignedInt(fields.get());
    if (version > VERSION) {
      throw new UnsupportedVersionException(
          "the protectors have version " + version + ", this release knows " + VERSION);
    }
    if (version != VERSION || fields.getInt(encoded.length - Integer.BYTES) != checksum(encoded)) {
      throw new MalformedException("the protectors are damaged");
    }
    fields.limit(encoded.length - Integer.BYTES);
    try {
      return new ProtectorGroups(subvolume, readGroups(fields));
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new MalformedException("the protectors are damaged");
    }
  }

  /** Whether bytes begin as {@link #encode} does; what follows may be damaged all the same. */
  public static boolean isBegunBy(byte[] encoded) {
    return encoded.length >= Integer.BYTES && ByteBuffer.wrap(encoded).getInt() == MAGIC;
  }

  private static List<ProtectorGroup> readGroups(ByteBuffer fields) throws MalformedException {
    int count = Byte.toUnsignedInt(fields.get());
    List<ProtectorGroup> groups = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int members = Byte.toUnsignedInt(fields.get());
      List<ProtectorSlot> slots = new ArrayList<>();
      for (int j = 0; j < members; j++) {
        slots.add(new ProtectorSlot(fields.get(), readBytes(fields)));
      }
      groups.add(new ProtectorGroup(slots, readBytes(fields)));
    }
    if (fields.hasRemaining()) {
      throw new MalformedException("the protectors are followed by something else");
    }
    return groups;
  }

  private static byte[] readBytes(ByteBuffer fields) {
    byte[] bytes = new byte[Short.toUnsignedInt(fields.getShort())];
    fields.get(bytes);
    return bytes;
  }

  static int membersLength(List<ProtectorSlot> members) {
    return 1 + members.stream().mapToInt(slot -> 1 + Short.BYTES + slot.parameters().length).sum();
  }

  static void putMembers(ByteBuffer target, List<ProtectorSlot> members) {
    target.put((byte) members.size());
    for (ProtectorSlot slot : members) {
      target.put(slot.typeCode()).putShort((short) slot.parameters().length).put(slot.parameters());
    }
  }

  private static int checksum(byte[] encoded) {
    CRC32C crc = new CRC32C();
    crc.update(encoded, 0, encoded.length - Integer.BYTES);
    return (int) crc.getValue();
  }
}
