package ctrenc.overlay.union;

import ctrenc.overlay.audit.Audit;
import ctrenc.overlay.layer.Layer;
import ctrenc.overlay.layer.LayerBatch;
import ctrenc.overlay.layer.UpperLayer;
import ctrenc.overlay.ring.MemoryPart;
import ctrenc.overlay.vfs.AttributeChange;
import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Caller;
import ctrenc.overlay.vfs.CreatedFile;
import ctrenc.overlay.vfs.DirectorySink;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemUsage;
import ctrenc.overlay.vfs.HostFile;
import ctrenc.overlay.vfs.Name;
import ctrenc.overlay.vfs.OpenFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A stack of layers as one filesystem. Everything that changes goes to the upper; the lowers are
 * only read. This class only delegates: one class of this package carries out each kind of call,
 * and {@link ErrnoTranslator} turns failures into errors.
 */
public final class OverlayFileSystem implements FileSystem {

  private static final int ROOT_MODE = FileMode.DIRECTORY | 0755;

  private final LayerStack stack;
  private final UnionOptions options;
  private final WallClock clock;
  private final Gate gate = new Gate();
  private final ErrnoTranslator errors;
  private final Background background = new Background(gate, Duration.ofMillis(50));
  private final AccessTimes accessTimes;
  private final NodeTable nodes;
  private final Lookup lookup;
  private final AttributeReader attributes;
  private final AttributeChanger changer;
  private final Creator creator;
  private final Linker linker;
  private final Remover remover;
  private final Renamer renamer;
  private final OpenFiles files;
  private final DirectoryReader directories;
  private final HostFileFinder hostFiles;
  private final FileReader reader;
  private final FileWriter writer;
  private final DirtyFiles dirtyFiles;
  private final Xattrs xattrs;
  private final SpaceChanger space;
  private final ExtentBuffers buffers = new ExtentBuffers();
  private final Background sealing = new Background(gate, Duration.ZERO);
  private final SeekFinder seeker;
  private final RangeCopier copier;
  private final Freezer freezer;
  private final Orphans orphans;
  private final AtomicBoolean ended = new AtomicBoolean();

  /**
   * Opens the filesystem of a stack and lets go of the orphans of its last opening. A stack without
   * a root directory gets an empty one. The caller keeps the layers and closes them after the
   * filesystem.
   *
   * @param lowers top first
   * @param audit is told of records that contradict each other; the layers report their own damage
   */
  public OverlayFileSystem(
      UpperLayer upper, List<Layer> lowers, Audit audit, InstantSource time, UnionOptions options)
      throws IOException {
    this.options = options;
    errors = new ErrnoTranslator(gate, options.readOnly());
    stack = new LayerStack(upper, lowers);
    clock = new WallClock(time);
    Optional<MemoryPart> memory = options.memory();
    WriteGather gather = new MemoryGather(buffers, memory);
    orphans = new Orphans(stack, background);
    nodes = new NodeTable(stack, orphans, gather);
    EntryResolver resolver = new EntryResolver(stack);
    Changes changes = new Changes(stack, resolver);
    SpanFinder spans = new SpanFinder(stack);
    attributes = new AttributeReader(new BlockCounter(spans));
    lookup = new Lookup(nodes, resolver, attributes, audit);
    Sealer sealer = new Sealer(nodes, changes, buffers);
    accessTimes = new AccessTimes(nodes, changes, clock, options.accessTimes(), background);
    changer = new AttributeChanger(nodes, changes, sealer, attributes, clock);
    files = new OpenFiles(stack, nodes, changer, sealer, accessTimes, errors, memory.orElse(null));
    Replays replays = new Replays(resolver, nodes, memory.orElse(null));
    creator = new Creator(nodes, changes, attributes, files, clock, replays);
    linker = new Linker(nodes, changes, attributes, clock, replays);
    DirectoryLister lister = new DirectoryLister(stack, resolver);
    remover = new Remover(nodes, lookup, changes, lister, clock);
    renamer = new Renamer(nodes, lookup, changes, remover, clock, replays);
    directories = new DirectoryReader(nodes, resolver, lister, attributes, accessTimes);
    hostFiles = new HostFileFinder(nodes, stack, spans);
    DataReader data = new DataReader(spans);
    reader = new FileReader(files, nodes, data, accessTimes);
    dirtyFiles =
        new DirtyFiles(
            sealer, nodes, gather, gate, errors, options.sealAfter(), options.gatheredInAll());
    StreamSealer streams =
        new StreamSealer(sealer, nodes, errors, sealing, options.gatheredPerFile() / 2);
    freezer = new Freezer(gate, stack, dirtyFiles);
    writer =
        new FileWriter(
            files, changer, sealer, dirtyFiles, streams, clock, options.gatheredPerFile());
    xattrs = new Xattrs(nodes, changes, clock);
    space = new SpaceChanger(files, sealer, writer, clock);
    seeker = new SeekFinder(files, sealer, spans);
    copier = new RangeCopier(files, sealer, spans, stack, data, writer, clock);
    makeRoot();
    begin(orphans, changes, streams);
  }

  /** Begins anew, or goes on where an earlier process stopped. */
  private void begin(Orphans orphans, Changes changes, StreamSealer streams) throws IOException {
    Optional<MemoryPart> left = options.memory().filter(MemoryPart::isRecovered);
    if (left.isPresent()) {
      new Recovery(stack, nodes, files, dirtyFiles, changes).run(left.get());
    }
    dirtyFiles.start();
    background.start(accessTimes, orphans);
    sealing.start(streams);
    if (left.isEmpty()) {
      orphans.addAllLeft();
    }
  }

  private void makeRoot() throws IOException {
    if (stack.find(ROOT).isPresent()) {
      return;
    }
    try (LayerBatch batch = stack.upper().batch()) {
      batch.putInode(
          ROOT, InodeEdit.fresh(ROOT_MODE, 0, 0, clock.now()).links(2).parent(ROOT).build());
      batch.commit();
    }
  }

  @Override
  public Attributes lookup(Caller caller, long parent, Name name) throws ErrnoException {
    return errors.read(() -> lookup.lookup(parent, name));
  }

  @Override
  public void forget(long inode, long count) {
    nodes.forget(inode, count);
  }

  @Override
  public Attributes getattr(long inode) throws ErrnoException {
    return errors.read(
        () -> {
          try (NodeTable.Pin pin = nodes.pin(inode)) {
            return attributes.of(pin.node());
          }
        });
  }

  @Override
  public Attributes setattr(Caller caller, long inode, AttributeChange change)
      throws ErrnoException {
    return errors.change(() -> changer.change(inode, change));
  }

  @Override
  public byte[] readlink(long inode) throws ErrnoException {
    return errors.read(() -> reader.target(inode));
  }

  @Override
  public Attributes mknod(Caller caller, long parent, Name name, int mode, int umask, int rdev)
      throws ErrnoException {
    return errors.change(
        () -> creator.make(caller, parent, name, NewInode.node(mode, umask, rdev)));
  }

  @Override
  public Attributes mkdir(Caller caller, long parent, Name name, int mode, int umask)
      throws ErrnoException {
    return errors.change(() -> creator.make(caller, parent, name, NewInode.directory(mode, umask)));
  }

  @Override
  public Attributes symlink(Caller caller, long parent, Name name, byte[] target)
      throws ErrnoException {
    return errors.change(() -> creator.symlink(caller, parent, name, target));
  }

  @Override
  public Attributes link(Caller caller, long inode, long newParent, Name newName)
      throws ErrnoException {
    return errors.change(() -> linker.link(caller, inode, newParent, newName));
  }

  @Override
  public void unlink(Caller caller, long parent, Name name) throws ErrnoException {
    errors.run(() -> remover.unlink(caller, parent, name));
  }

  @Override
  public void rmdir(Caller caller, long parent, Name name) throws ErrnoException {
    errors.run(() -> remover.rmdir(caller, parent, name));
  }

  @Override
  public void rename(Caller caller, long parent, Name name, long newParent, Name newName, int flags)
      throws ErrnoException {
    errors.run(() -> renamer.rename(caller, parent, name, newParent, newName, flags));
  }

  @Override
  public OpenFile open(Caller caller, long inode, int flags) throws ErrnoException {
    boolean empties = (flags & OpenFiles.TRUNCATE) != 0;
    return empties
        ? errors.change(() -> errors.opening(() -> files.open(caller, inode, flags)))
        : errors.read(() -> errors.opening(() -> files.open(caller, inode, flags)));
  }

  @Override
  public long imageCeiling() {
    return stack.lowerCeiling();
  }

  @Override
  public Optional<HostFile> hostFile(long inode) throws ErrnoException {
    return errors.read(() -> hostFiles.find(inode));
  }

  @Override
  public CreatedFile create(Caller caller, long parent, Name name, int mode, int umask, int flags)
      throws ErrnoException {
    return errors.change(
        () ->
            errors.opening(() -> creator.create(caller, parent, name, NewInode.file(mode, umask))));
  }

  @Override
  public CreatedFile tmpfile(Caller caller, long parent, int mode, int umask, int flags)
      throws ErrnoException {
    return errors.change(
        () -> errors.opening(() -> creator.unnamed(caller, parent, NewInode.file(mode, umask))));
  }

  @Override
  public int read(long inode, long handle, long offset, MemorySegment target)
      throws ErrnoException {
    return errors.read(() -> reader.read(inode, handle, offset, target));
  }

  @Override
  public int write(
      long inode, long handle, long offset, MemorySegment source, boolean killPrivileges)
      throws ErrnoException {
    return errors.change(
        () ->
            writer.write(inode, handle, offset, source, killPrivileges, Optional.of(clock.now())));
  }

  @Override
  public int writeBack(
      long inode, long handle, long offset, MemorySegment source, boolean killPrivileges)
      throws ErrnoException {
    return errors.change(
        () -> writer.write(inode, handle, offset, source, killPrivileges, Optional.empty()));
  }

  @Override
  public void flush(long inode, long handle) throws ErrnoException {
    errors.keep(
        () -> {
          files.flush(inode, handle);
          return inode;
        });
  }

  @Override
  public void release(long inode, long handle) {
    errors.quietly(() -> files.release(handle));
  }

  @Override
  public void fsync(long inode, long handle, boolean dataOnly) throws ErrnoException {
    errors.keep(
        () -> {
          files.seal(inode, handle);
          return inode;
        });
    syncStack();
  }

  @Override
  public void readdir(long inode, long cookie, boolean plus, DirectorySink sink)
      throws ErrnoException {
    errors.read(
        () -> {
          directories.read(inode, cookie, plus, sink);
          return sink;
        });
  }

  @Override
  public void fsyncdir(long inode, boolean dataOnly) throws ErrnoException {
    syncStack();
  }

  @Override
  public byte[] getxattr(long inode, Name name) throws ErrnoException {
    return errors.read(() -> xattrs.get(inode, name));
  }

  @Override
  public byte[] listxattr(long inode) throws ErrnoException {
    return errors.read(() -> xattrs.list(inode));
  }

  @Override
  public void setxattr(
      Caller caller, long inode, Name name, byte[] value, int flags, boolean killSetgid)
      throws ErrnoException {
    errors.run(() -> xattrs.set(caller, inode, name, value, flags, killSetgid));
  }

  @Override
  public void removexattr(Caller caller, long inode, Name name) throws ErrnoException {
    errors.run(() -> xattrs.remove(caller, inode, name));
  }

  @Override
  public void fallocate(long inode, long handle, long offset, long length, int mode)
      throws ErrnoException {
    errors.run(() -> space.allocate(inode, handle, offset, length, mode));
  }

  @Override
  public long lseek(long inode, long handle, long offset, int whence) throws ErrnoException {
    return errors.read(() -> seeker.seek(inode, handle, offset, whence));
  }

  @Override
  public long copyFileRange(
      long inode, long handle, long offset, long toInode, long toHandle, long toOffset, long length)
      throws ErrnoException {
    return errors.change(
        () -> copier.copy(inode, handle, offset, toInode, toHandle, toOffset, length));
  }

  @Override
  public FileSystemUsage statfs() throws ErrnoException {
    return errors.read(options.disk()::usage);
  }

  @Override
  public void sync() throws ErrnoException {
    errors.keep(
        () -> {
          dirtyFiles.sealAll();
          return this;
        });
    syncStack();
  }

  @Override
  public void settle() throws ErrnoException {
    errors.keep(
        () -> {
          dirtyFiles.sealAll();
          orphans.doAll();
          return this;
        });
    errors.outside(
        () -> {
          stack.sync();
          stack.upper().giveBack();
          return this;
        });
  }

  private void syncStack() throws ErrnoException {
    errors.outside(
        () -> {
          stack.sync();
          return this;
        });
  }

  /** Does what can be done of a freeze before others have to wait for it. */
  public void prepareFreeze() throws IOException {
    freezer.prepare();
  }

  /**
   * Freezes the upper as it is at one instant and goes on with the one that {@code successor}
   * gives. What was frozen survives power loss when this returns.
   */
  public void freeze(Successor successor) throws IOException {
    freezer.freeze(successor);
  }

  /**
   * Puts {@code one} in the place of neighbouring lowers which show the same together, when {@code
   * commit} has made that the stored stack. Nothing is changed if it fails; afterwards nobody uses
   * the replaced layers any more.
   */
  public void replace(List<? extends Layer> merged, Layer one, StackChange commit)
      throws IOException {
    gate.alone(
        () -> {
          commit.run();
          stack.replace(merged, one);
        });
  }

  @Override
  public long[] inUse() {
    return nodes.numbers();
  }

  @Override
  public void refuseOpens(boolean refused) {
    errors.refuseOpens(refused);
  }

  @Override
  public long[] lock() {
    end(Errno.ENOKEY);
    long[] used = nodes.numbers();
    directories.forget();
    files.forget();
    nodes.forgetAll();
    stack.forget();
    buffers.forget();
    return used;
  }

  @Override
  public void close() {
    end(Errno.ENODEV);
  }

  private void end(Errno reason) {
    if (ended.getAndSet(true)) {
      return;
    }
    errors.refuse(reason);
    sealing.close();
    dirtyFiles.close();
    background.close();
    errors.settle(accessTimes::storeAll);
    errors.settle(dirtyFiles::sealAll);
    errors.settle(stack::sync);
    options.closed().run();
  }
}
