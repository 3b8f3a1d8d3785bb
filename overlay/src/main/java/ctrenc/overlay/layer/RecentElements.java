package ctrenc.overlay.layer;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * What the inodes that were changed last add to their layer's hash: a directory that files are made
 * in, or a file that is written, is changed again soon, and need not be read for it. Thread-safe;
 * whoever changes an inode is alone with it.
 */
final class RecentElements {

  private static final int SLOTS = 512;

  private record Element(long inode, byte[] bytes) {}

  private final AtomicReferenceArray<Optional<Element>> slots = new AtomicReferenceArray<>(SLOTS);

  RecentElements() {
    clear();
  }

  Optional<byte[]> find(long inode) {
    return slots.get(slot(inode)).filter(element -> element.inode() == inode).map(Element::bytes);
  }

  void put(long inode, byte[] element) {
    slots.set(slot(inode), Optional.of(new Element(inode, element)));
  }

  void forget(long inode) {
    slots.set(slot(inode), Optional.empty());
  }

  void clear() {
    for (int i = 0; i < SLOTS; i++) {
      slots.set(i, Optional.empty());
    }
  }

  private static int slot(long inode) {
    return (int) (inode % SLOTS);
  }
}
