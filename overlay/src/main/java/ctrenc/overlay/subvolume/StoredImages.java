package ctrenc.overlay.subvolume;

import ctrenc.overlay.layer.HostTree;
import ctrenc.overlay.layer.TreeIndexer;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** The images in a store's catalog. Thread-safe. */
final class StoredImages implements Images {

  private final StoreParts parts;
  private final Catalog catalog;
  private final TreeFolder folder;
  private final LayerRemover remover;

  /** Names of imports under way. */
  private final Set<String> reserved = ConcurrentHashMap.newKeySet();

  StoredImages(StoreParts parts, Catalog catalog, TreeFolder folder, LayerRemover remover) {
    this.parts = parts;
    this.catalog = catalog;
    this.folder = folder;
    this.remover = remover;
  }

  @Override
  public Path newTree() throws IOException {
    return folder.newTree();
  }

  @Override
  public void dropTree(Path tree) throws IOException {
    String name = folder.nameOf(tree);
    for (LayerRecord layer : catalog.layers()) {
      if (layer.trees().contains(name)) {
        throw new InUseException("The tree " + tree + " belongs to an image.");
      }
    }
    folder.remove(name);
  }

  @Override
  public ImageInfo add(String name, String digest, List<Path> trees, Progress progress)
      throws IOException {
    return add(name, digest, LayerRecord.Kind.IMAGE_TREES, trees, progress);
  }

  @Override
  public ImageInfo addShared(String name, String digest, List<Path> trees, Progress progress)
      throws IOException {
    return add(name, digest, LayerRecord.Kind.SHARED_TREES, trees, progress);
  }

  private ImageInfo add(
      String name, String digest, LayerRecord.Kind kind, List<Path> trees, Progress progress)
      throws IOException {
    CatalogNames.check(name);
    if (trees.isEmpty()) {
      throw new IllegalArgumentException("an image has at least one tree");
    }
    if (!reserved.add(name)) {
      throw taken(name);
    }
    try {
      if (hasName(name)) {
        throw taken(name);
      }
      return index(name, digest, begin(kind, trees), progress);
    } finally {
      reserved.remove(name);
    }
  }

  private LayerRecord begin(LayerRecord.Kind kind, List<Path> trees) throws IOException {
    List<String> names = new ArrayList<>();
    for (Path tree : trees) {
      names.add(
          kind == LayerRecord.Kind.SHARED_TREES ? folder.nameOfShared(tree) : folder.nameOf(tree));
    }
    return catalog.change(
        edit -> {
          LayerRecord layer =
              new LayerRecord(
                  edit.newLayerNumber(),
                  UUID.randomUUID(),
                  kind,
                  LayerRecord.State.BUILDING,
                  0,
                  List.copyOf(names));
          edit.put(layer);
          return layer;
        });
  }

  /** The image is in the catalog only when its files and its index are durable. */
  private ImageInfo index(String name, String digest, LayerRecord layer, Progress progress)
      throws IOException {
    try {
      TreeIndexer.Totals totals = indexTrees(layer, progress);
      folder.sync();
      ImageInfo info =
          new ImageInfo(
              UUID.randomUUID(), name, digest, Instant.now(), totals.files(), totals.bytes());
      catalog.change(
          edit -> {
            edit.put(layer.in(LayerRecord.State.LIVE, 1));
            edit.put(new ImageRecord(info, List.of(layer.number())));
            return info;
          });
      catalog.sync();
      return info;
    } catch (IOException | RuntimeException e) {
      abandon(layer, e);
      throw e;
    }
  }

  private TreeIndexer.Totals indexTrees(LayerRecord layer, Progress progress) throws IOException {
    List<HostTree> opened = folder.open(layer);
    try {
      return TreeIndexer.index(parts.place(layer.number()), layer.id(), opened, progress::files);
    } finally {
      for (HostTree tree : opened) {
        tree.close();
      }
    }
  }

  /**
   * Also undoes an import that is in the catalog but could not be made durable. The trees stay the
   * caller's, who drops them.
   */
  private void abandon(LayerRecord layer, Exception reason) {
    try {
      catalog.change(
          edit -> {
            edit.put(layer);
            catalog.images().stream()
                .filter(image -> image.layers().contains(layer.number()))
                .forEach(image -> edit.removeImage(image.info().id()));
            return layer;
          });
      remover.removeIndex(layer);
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }

  @Override
  public List<ImageInfo> list() {
    return catalog.images().stream()
        .map(ImageRecord::info)
        .sorted(Comparator.comparing(ImageInfo::created).thenComparing(ImageInfo::name))
        .toList();
  }

  @Override
  public Optional<ImageInfo> find(String reference) {
    return CatalogNames.find(list(), ImageInfo::name, ImageInfo::id, reference);
  }

  @Override
  public void remove(ImageInfo image) throws IOException {
    List<Long> layers =
        catalog.change(
            edit -> {
              ImageRecord found =
                  catalog
                      .image(image.id())
                      .orElseThrow(() -> new NoSuchFileException("image " + image.id()));
              for (long layer : found.layers()) {
                if (catalog.layer(layer).references() > 1) {
                  throw new InUseException(
                      "Image " + image.name() + " is in use by a subvolume; remove that first.");
                }
                edit.release(layer);
              }
              edit.removeImage(image.id());
              return found.layers();
            });
    catalog.sync();
    remover.removeDoomed(layers);
  }

  private boolean hasName(String name) {
    return catalog.images().stream().anyMatch(image -> image.info().name().equals(name));
  }

  private static AlreadyExistsException taken(String name) {
    return new AlreadyExistsException("There is an image " + name + " already.");
  }
}
