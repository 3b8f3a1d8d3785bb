package ctrenc.overlay.layer;

import ctrenc.overlay.audit.Audit;
import ctrenc.overlay.audit.Finding;
import ctrenc.overlay.layer.HostFileCache.Key;
import ctrenc.overlay.layer.HostFileCache.Lease;
import ctrenc.overlay.meta.MetaBatch;
import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.ExtendedAttributes;
import ctrenc.overlay.sys.FileData;
import ctrenc.overlay.sys.FileStatus;
import ctrenc.overlay.sys.SystemCallException;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.HostFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The bytes of a plain layer's files. Before every read it looks whether the host file is still the
 * one that was indexed. If it changed but is still a file at the same path, its record is brought
 * up to date and a finding is reported; if it is gone, it is not served. Thread-safe.
 */
final class HostFiles implements AutoCloseable {

  /** Longer files are read ahead by the kernel, once somebody reads them. */
  private static final long BROUGHT_AHEAD = 256 << 10;

  private final LayerTable table;
  private final List<HostTree> trees;
  private final HostFileCache cache;
  private final Audit audit;
  private final HostReadahead readahead;
  private final Object refreshing = new Object();

  HostFiles(LayerTable table, List<HostTree> trees, HostFileCache cache, Audit audit) {
    this.table = table;
    this.trees = List.copyOf(trees);
    this.cache = cache;
    this.audit = audit;
    this.readahead = new HostReadahead(this::bring, cache.helpers());
  }

  /** Fills {@code target} from {@code offset} of the file. */
  void read(long inode, long offset, MemorySegment target) throws IOException {
    readahead.used(inode);
    HostFileIdentity identity = identityOf(inode);
    try (Lease lease = lease(inode, identity)) {
      if (isSame(identity, FileStatus.of(lease.file()))) {
        fill(inode, lease, offset, target);
        return;
      }
    }
    HostFileIdentity now = refresh(inode, identity);
    try (Lease lease = lease(inode, now)) {
      fill(inode, lease, offset, target);
    }
  }

  /**
   * The next data, or hole, at or after {@code offset}; the file's end where there is none. A file
   * that is no longer the one that was indexed is all data: reading it will tell.
   */
  long seek(long inode, long offset, boolean wantsHole) throws IOException {
    HostFileIdentity identity = identityOf(inode);
    try (Lease lease = lease(inode, identity)) {
      if (!isSame(identity, FileStatus.of(lease.file()))) {
        return wantsHole ? identity.size() : offset;
      }
      return wantsHole
          ? FileData.seekHole(lease.file(), offset)
          : FileData.seekData(lease.file(), offset);
    } catch (SystemCallException e) {
      if (e.is(ErrorNumber.ENXIO)) {
        return identity.size();
      }
      throw e;
    }
  }

  /**
   * The file for the kernel to read by itself, if it is the one that was indexed.
   *
   * @throws HostFileChangedException if it is gone or of another kind
   */
  Optional<HostFile> open(long inode) throws IOException {
    readahead.used(inode);
    HostFileIdentity identity = identityOf(inode);
    Lease lease = lease(inode, identity);
    boolean isSame = false;
    try {
      isSame = isSame(identity, FileStatus.of(lease.file()));
    } finally {
      if (!isSame) {
        lease.close();
      }
    }
    if (isSame) {
      return Optional.of(new LeasedFile(lease, identity));
    }
    refresh(inode, identity);
    return Optional.empty();
  }

  /** The file is looked at again, and what is wrong with it told, when somebody reads it. */
  private void bring(long inode) throws IOException {
    Optional<InodeRecord> found = table.inode(inode);
    if (found.isPresent()
        && found.get().body() instanceof InodeRecord.Body.Host(HostFileIdentity identity)
        && identity.size() > 0
        && identity.size() <= BROUGHT_AHEAD) {
      try (Lease lease =
          cache.lease(
              new Key(table.layer(), inode),
              () -> treeOf(identity, inode).openFile(identity.path()))) {
        FileData.advise(lease.file(), 0, identity.size(), FileData.ADVISE_WILL_NEED);
      }
    }
  }

  private void fill(long inode, Lease lease, long offset, MemorySegment target) throws IOException {
    if (FileData.read(lease.file(), offset, target) < target.byteSize()) {
      target.fill((byte) 0);
      throw changed(inode, "is shorter than it was");
    }
  }

  private Lease lease(long inode, HostFileIdentity identity) throws IOException {
    return cache.lease(
        new Key(table.layer(), inode),
        () -> {
          try {
            return treeOf(identity, inode).openFile(identity.path());
          } catch (SystemCallException e) {
            throw translated(inode, e);
          }
        });
  }

  private IOException translated(long inode, SystemCallException failure) {
    boolean gone =
        failure.is(ErrorNumber.ENOENT)
            || failure.is(ErrorNumber.ENOTDIR)
            || failure.is(ErrorNumber.ELOOP)
            || failure.is(ErrorNumber.ENXIO);
    if (!gone) {
      return failure;
    }
    report(inode, "gone");
    return changed(inode, "is gone");
  }

  private HostFileIdentity refresh(long inode, HostFileIdentity old) throws IOException {
    synchronized (refreshing) {
      HostFileIdentity known = identityOf(inode);
      cache.forget(new Key(table.layer(), inode));
      try (Lease lease = lease(inode, known)) {
        FileStatus now = FileStatus.of(lease.file());
        if (isSame(known, now)) {
          return known;
        }
        if (!FileMode.isRegular(now.mode())) {
          report(inode, "another kind");
          throw changed(inode, "is of another kind than it was");
        }
        update(inode, known, lease.file(), now);
      }
      report(inode, "changed");
      return identityOf(inode);
    }
  }

  private void update(long inode, HostFileIdentity known, Descriptor file, FileStatus now)
      throws IOException {
    InodeRecord old = recordOf(inode);
    InodeRecord fresh =
        HostRecords.refreshed(old, known, now, HostDirectory.xattrs(ExtendedAttributes.of(file)));
    try (MetaBatch batch = table.meta().batch()) {
      table.writer(batch).putInode(inode, fresh);
      table.meta().commit(batch);
    }
    table.cacheInode(inode, Optional.of(fresh));
  }

  /** Device numbers may change with a boot: then the tree's own device has changed as well. */
  private boolean isSame(HostFileIdentity indexed, FileStatus now) throws IOException {
    if (indexed.hostInode() != now.inode()
        || indexed.size() != now.size()
        || !indexed.modified().equals(HostRecords.time(now.modified()))) {
      return false;
    }
    if (indexed.device() == HostTree.deviceOf(now)) {
      return true;
    }
    OptionalLong then = PlainRecords.treeDevice(table, indexed.tree());
    return then.isPresent() && then.getAsLong() != trees.get(indexed.tree()).device();
  }

  private HostFileIdentity identityOf(long inode) throws IOException {
    if (recordOf(inode).body() instanceof InodeRecord.Body.Host(HostFileIdentity identity)) {
      return identity;
    }
    throw new IllegalArgumentException("inode " + inode + " is no host file");
  }

  private InodeRecord recordOf(long inode) throws IOException {
    return table
        .inode(inode)
        .orElseThrow(() -> new IllegalArgumentException("no record of inode " + inode));
  }

  private HostTree treeOf(HostFileIdentity identity, long inode) throws IOException {
    if (identity.tree() < 0 || identity.tree() >= trees.size()) {
      throw new DamagedException(
          "The record of inode " + inode + " of layer " + table.id() + " names no tree of it.");
    }
    return trees.get(identity.tree());
  }

  private HostFileChangedException changed(long inode, String how) {
    return new HostFileChangedException(
        "The host file of inode " + inode + " of layer " + table.id() + " " + how + ".");
  }

  private void report(long inode, String how) {
    Map<String, String> facts =
        Map.of("layer", table.id().toString(), "inode", Long.toString(inode), "how", how);
    audit.report(new Finding(Finding.Kind.HOST_CHANGED, "host file", facts));
  }

  /** To be called before the trees are closed. */
  @Override
  public void close() {
    readahead.close();
  }
}
