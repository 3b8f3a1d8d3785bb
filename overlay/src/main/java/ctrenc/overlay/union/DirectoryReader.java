package ctrenc.overlay.union;

import ctrenc.overlay.layer.DirectoryEntry.Child;
import ctrenc.overlay.storage.KeyAbsentException;
import ctrenc.overlay.vfs.DirectorySink;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.util.Optional;

/**
 * Lists directories piece by piece. Nothing is open meanwhile: a piece follows from the directory
 * and the cookie of the last entry alone, so every entry that stays is listed once, whatever else
 * comes and goes, and whoever stops needs tell nobody. Thread-safe.
 */
final class DirectoryReader {

  private static final int DIRECTORY_TYPE = FileMode.direntType(FileMode.DIRECTORY);

  private final NodeTable nodes;
  private final EntryResolver resolver;
  private final DirectoryLister lister;
  private final AttributeReader attributes;
  private final AccessTimes accessTimes;
  private final RecentListings recent = new RecentListings();

  DirectoryReader(
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

  /** Forgets what directories list, after the end of the filesystem. */
  void forget() {
    recent.forgetAll();
  }

  /** As {@link FileSystem#readdir}. */
  void read(long inode, long cookie, boolean plus, DirectorySink sink)
      throws IOException, ErrnoException {
    if (cookie < 0) {
      throw new ErrnoException(Errno.EINVAL);
    }
    try (NodeTable.Pin pin = nodes.pin(inode)) {
      Node directory = pin.node();
      Lookup.requireDirectory(directory);
      if (directory.inodeRecord().links() > 0) {
        accessTimes.read(directory);
        read(directory, cookie, plus, sink);
        accessTimes.store(directory);
      }
    }
  }

  private void read(Node directory, long cookie, boolean plus, DirectorySink sink)
      throws IOException {
    Listing listing = listing(directory, cookie == 0);
    if (!acceptOwn(directory, cookie, sink)) {
      return;
    }
    int first = listing.after(cookie);
    if (cookie > 0 && first == listing.size()) {
      recent.drop(directory.inode());
      requireWhole(directory);
    }
    for (int i = first; i < listing.size(); i++) {
      Child child = listing.child(i);
      long next = listing.cookie(i);
      boolean taken =
          plus
              ? acceptPlus(directory, listing, child, next, sink)
              : sink.accept(child.name(), child.inode(), child.type(), next);
      if (!taken) {
        return;
      }
    }
  }

  /** Nobody takes what is known of a directory for all that is in it. */
  private void requireWhole(Node directory) throws IOException {
    if (!lister.isWhole(directory)) {
      throw new KeyAbsentException(
          "What else is in directory " + directory.inode() + " is under a key that is lost.");
    }
  }

  /** Who begins sees what is there now; who goes on need not see what came meanwhile. */
  private Listing listing(Node directory, boolean begins) throws IOException {
    Optional<Listing> known = recent.of(directory.inode());
    long version = directory.entryVersion();
    if (known.isPresent() && (!begins || known.get().version() == version)) {
      return known.get();
    }
    Listing listing = new Listing(version, lister.list(directory));
    recent.keep(directory.inode(), listing);
    return listing;
  }

  /** Offers "." and "..", where they are still to come. */
  private static boolean acceptOwn(Node directory, long cookie, DirectorySink sink) {
    return (cookie >= Listing.AT_DOT
            || sink.accept(Name.DOT, directory.inode(), DIRECTORY_TYPE, Listing.AT_DOT))
        && (cookie >= Listing.AT_DOT_DOT
            || sink.accept(Name.DOT_DOT, parentOf(directory), DIRECTORY_TYPE, Listing.AT_DOT_DOT));
  }

  /**
   * Offers a child with attributes. One that is no longer there is passed over: the kernel would
   * take it for real.
   */
  private boolean acceptPlus(
      Node directory, Listing listing, Child child, long cookie, DirectorySink sink)
      throws IOException {
    if (directory.entryVersion() != listing.version() && !isStill(directory, child)) {
      return true;
    }
    Optional<NodeTable.Pin> found;
    try {
      found = nodes.find(child.inode());
    } catch (KeyAbsentException e) {
      // Its name is known, its attributes are not: a lookup says why.
      return sink.accept(child.name(), child.inode(), child.type(), cookie);
    }
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
}
