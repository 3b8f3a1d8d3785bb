package ctrenc.overlay.subvolume;

import ctrenc.crypto.protector.Protector;
import ctrenc.crypto.protector.ProtectorType;
import ctrenc.crypto.protector.WrappedSecretProtector;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What opens persistent subvolumes: any of their groups, and of a group all members. A nested one
 * without any opens with the subvolume it is nested in, and no longer once it has one. A change
 * wraps the KEK anew, overwrites what was stored before, and rewrites no data; it is durable when
 * it returns. Groups are counted from 0. Thread-safe.
 */
public interface Protectors {

  /** The types of each group's members, empty for one that this release does not know. */
  List<List<Optional<ProtectorType>>> list(UUID subvolume) throws IOException;

  /** What key providers or the TPM have to unwrap to open it; needs no key. */
  List<WrappedSecretProtector.Wrapped> wrappedSecrets(UUID subvolume) throws IOException;

  /**
   * One group more.
   *
   * @throws ctrenc.overlay.storage.KeyAbsentException if the subvolume is locked
   */
  void add(UUID subvolume, List<Protector> allOf) throws IOException;

  /**
   * One group in the place of another.
   *
   * @throws ctrenc.overlay.storage.KeyAbsentException if the subvolume is locked
   */
  void replace(UUID subvolume, int group, List<Protector> allOf) throws IOException;

  /**
   * One group less, be it the last: then nothing opens the subvolume any more, but that a nested
   * one opens with the subvolume it is nested in.
   *
   * @throws ctrenc.overlay.storage.KeyAbsentException if it is the last of a nested one, and that
   *     or the subvolume it is nested in is locked
   */
  void remove(UUID subvolume, int group) throws IOException;

  /**
   * Has {@code watcher} told each time that the KEK of a subvolume is wiped, nested or not, whoever
   * locks or destroys it, so that what is freed by that can be erased. It is told in the middle of
   * that and must not wait for anything.
   */
  void watchKeys(Runnable watcher);
}
