package ctrenc.overlay.layer;

import ctrenc.overlay.storage.DamagedException;
import ctrenc.overlay.vfs.HostFile;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A layer of readable host files: the index of an image's trees, or a host directory that is
 * indexed at first touch. Thread-safe. Closing it closes its trees.
 */
public final class PlainLayer implements Layer {

  private final LayerTable table;
  private final List<HostTree> trees;
  private final HostFileCache openFiles;
  private final HostFiles files;
  private final long ceiling;
  private final @Nullable LazyIndex index;

  private PlainLayer(
      LayerPlace place,
      LayerTable table,
      List<HostTree> trees,
      HostFileCache openFiles,
      long ceiling,
      @Nullable LazyIndex index) {
    this.table = table;
    this.trees = List.copyOf(trees);
    this.openFiles = openFiles;
    this.files = new HostFiles(table, trees, openFiles, place.audit());
    this.ceiling = ceiling;
    this.index = index;
  }

  /**
   * Opens a layer that {@link TreeIndexer} wrote.
   *
   * @param trees the same as then; they are closed with the layer
   */
  public static PlainLayer open(
      LayerPlace place, UUID id, List<HostTree> trees, HostFileCache openFiles) throws IOException {
    LayerTable table = new LayerTable(place, id, new PlainForm());
    OptionalLong ceiling = PlainRecords.ceiling(table);
    if (ceiling.isEmpty()) {
      throw new DamagedException("The index of layer " + id + " has no end.");
    }
    return new PlainLayer(place, table, trees, openFiles, ceiling.getAsLong(), null);
  }

  /**
   * Opens the index of a host directory, or begins it.
   *
   * @param tree is closed with the layer
   * @param hidden directories that show empty
   */
  public static PlainLayer lazy(
      LayerPlace place, UUID id, HostTree tree, List<Path> hidden, HostFileCache openFiles)
      throws IOException {
    LayerTable table = new LayerTable(place, id, new PlainForm());
    Set<HostId> hiddenIds = new HashSet<>();
    for (Path directory : hidden) {
      try (HostTree hiddenTree = HostTree.open(directory)) {
        hiddenIds.add(new HostId(hiddenTree.device(), hiddenTree.status().inode()));
      }
    }
    LazyIndex index = LazyIndex.open(table, tree, hiddenIds);
    return new PlainLayer(place, table, List.of(tree), openFiles, LazyIndex.CEILING, index);
  }

  @Override
  public UUID id() {
    return table.id();
  }

  @Override
  public long inodeCeiling() {
    return ceiling;
  }

  @Override
  public Optional<InodeRecord> inode(long inode) throws IOException {
    return table.inode(inode);
  }

  @Override
  public Optional<DirectoryEntry> entry(long parent, Name name) throws IOException {
    return index == null ? table.entry(parent, name) : index.entry(parent, name);
  }

  @Override
  public void entries(long parent, EntryVisitor visitor) throws IOException {
    if (index != null) {
      index.ensure(parent);
    }
    table.entries(parent, visitor);
  }

  @Override
  public void names(NameVisitor visitor) throws IOException {
    table.names(visitor);
  }

  @Override
  public Optional<FileRun> run(long inode, long offset) throws IOException {
    Optional<InodeRecord> found = table.inode(inode);
    if (found.isPresent()
        && found.get().body() instanceof InodeRecord.Body.Host
        && offset < found.get().size()) {
      return Optional.of(new FileRun.HostFile(inode, found.get().size()));
    }
    return Optional.empty();
  }

  @Override
  public void read(FileRun run, long skip, MemorySegment target) throws IOException {
    if (!(run instanceof FileRun.HostFile(long inode, long length))) {
      throw new IllegalArgumentException("a plain layer has no run of this kind: " + run);
    }
    files.read(inode, skip, target);
  }

  @Override
  public long seek(FileRun run, long skip, boolean wantsHole) throws IOException {
    if (!(run instanceof FileRun.HostFile(long inode, long length))) {
      throw new IllegalArgumentException("a plain layer has no run of this kind: " + run);
    }
    return Math.min(length, files.seek(inode, skip, wantsHole));
  }

  @Override
  public Optional<HostFile> hostFile(FileRun run) throws IOException {
    return run instanceof FileRun.HostFile(long inode, long length)
        ? files.open(inode)
        : Optional.empty();
  }

  @Override
  public void close() throws IOException {
    files.close();
    openFiles.forgetLayer(table.layer());
    table.close();
    for (HostTree tree : trees) {
      tree.close();
    }
  }
}
