package ctrenc.overlay.union;

import ctrenc.overlay.layer.DirectoryEntry.Child;
import ctrenc.overlay.vfs.DirectorySink;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import ctrenc.overlay.vfs.OpenFile;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Opens and lists directories. A handle lists what was there when its listing began; cookie n
 * follows the n-th entry, "." and ".." being the first two, and cookie 0 begins anew.
 */
final class OpenDirectories {

  private static final int DIRECTORY_TYPE = FileMode.direntType(FileMode.DIRECTORY);
  private static final int OWN_ENTRIES = 2;

  private final NodeTable nodes;
  private final EntryResolver resolver;
  private final DirectoryLister lister;
  private final AttributeReader attributes;
  private final AccessTimes accessTimes;
  private final HandleTable<Listing> handles = new HandleTable<>();

  OpenDirectories(
      NodeTable nodes,
      EntryResolver resolver,
      DirectoryLister lister,
      AttributeReader attributes,
      AccessTimes accessTimes) {
    this.nodes = nodes;
    this.resolver = resolver;
    this.lister = lister;
    this.attributes = attributes;
    this.accessTimes = accessTimes;
  }

  OpenFile open(long inode) throws IOException, ErrnoException {
    try (NodeTable.Pin pin = nodes.pin(inode)) {
      Lookup.requireDirectory(pin.node());
      pin.node().addOpen();
      return new OpenFile(handles.add(new Listing(pin.node())), true);
    }
  }

  void release(long number) throws IOException {
    Listing listing = handles.remove(number);
    if (listing == null) {
      return;
    }
    try {
      accessTimes.store(listing.directory);
    } finally {
      listing.directory.endOpen();
      nodes.release(listing.directory, 1);
    }
  }

  void read(long inode, long number, long cookie, boolean plus, DirectorySink sink)
      throws IOException, ErrnoException {
    Listing listing = handles.get(number);
    if (listing != null) {
      read(listing, cookie, plus, sink);
      return;
    }
    try (NodeTable.Pin pin = nodes.pin(inode)) {
      Lookup.requireDirectory(pin.node());
      read(new Listing(pin.node()), cookie, plus, sink);
    }
  }

  private void read(Listing listing, long cookie, boolean plus, DirectorySink sink)
      throws IOException, ErrnoException {
    if (cookie < 0) {
      throw new ErrnoException(Errno.EINVAL);
    }
    Node directory = listing.directory;
    Snapshot snapshot = listing.snapshot(cookie == 0, lister);
    accessTimes.read(directory);
    if (directory.inodeRecord().links() == 0) {
      return;
    }
    if (cookie == 0 && !sink.accept(Name.DOT, directory.inode(), DIRECTORY_TYPE, 1)) {
      return;
    }
    if (cookie <= 1
        && !sink.accept(Name.DOT_DOT, parentOf(directory), DIRECTORY_TYPE, OWN_ENTRIES)) {
      return;
    }
    int count = snapshot.children.size();
    for (long i = Math.max(0, cookie - OWN_ENTRIES); i < count; i++) {
      Child child = snapshot.children.get((int) i);
      long next = i + 1 + OWN_ENTRIES;
      boolean taken =
          plus
              ? acceptPlus(directory, snapshot, child, next, sink)
              : sink.accept(child.name(), child.inode(), child.type(), next);
      if (!taken) {
        return;
      }
    }
  }

  /**
   * Offers a child with attributes. One that is no longer there is passed over: the kernel would
   * take it for real.
   */
  private boolean acceptPlus(
      Node directory, Snapshot snapshot, Child child, long cookie, DirectorySink sink)
      throws IOException {
    if (directory.entryVersion() != snapshot.version && !isStill(directory, child)) {
      return true;
    }
    Optional<NodeTable.Pin> found = nodes.find(child.inode());
    if (found.isEmpty()) {
      return true;
    }
    try (NodeTable.Pin pin = found.get()) {
      boolean taken = sink.accept(child.name(), attributes.of(pin.node()), cookie);
      if (taken) {
        pin.node().addLookup();
      }
      return taken;
    }
  }

  private boolean isStill(Node directory, Child child) throws IOException {
    return resolver
        .child(directory, child.name())
        .filter(now -> now.inode() == child.inode())
        .isPresent();
  }

  private static long parentOf(Node directory) {
    return directory.inode() == FileSystem.ROOT
        ? FileSystem.ROOT
        : directory.inodeRecord().parent();
  }

  /** The children of a directory at one moment. */
  private record Snapshot(long version, List<Child> children) {}

  /** One open of a directory. */
  private static final class Listing {
    private final Node directory;
    private Optional<Snapshot> snapshot = Optional.empty();

    Listing(Node directory) {
      this.directory = directory;
    }

    synchronized Snapshot snapshot(boolean anew, DirectoryLister lister) throws IOException {
      if (anew || snapshot.isEmpty()) {
        long version = directory.entryVersion();
        snapshot = Optional.of(new Snapshot(version, lister.list(directory)));
      }
      return snapshot.get();
    }
  }
}
