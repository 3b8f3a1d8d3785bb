package ctrenc.daemon.image;

import ctrenc.daemon.config.OwnPlaces;
import ctrenc.daemon.log.FactLog;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.subvolume.ImageInfo;
import ctrenc.overlay.subvolume.Images;
import ctrenc.proto.v1.DevicePolicy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The trees of one import: each layer is unpacked to its own. What does not become an image is
 * thrown away when this is closed.
 */
final class ImageTrees implements AutoCloseable {

  private static final FactLog LOG = FactLog.of(ImageTrees.class);

  /**
   * What an archive of an image starts with; a root's archive starts with directories of a root.
   */
  private static final Pattern IMAGE_PART =
      Pattern.compile(
          "(oci-layout|index\\.json|manifest\\.json|repositories|blobs(/.*)?|[0-9a-f]{64}(\\.json|/.*)?)/?");

  private final Images images;
  private final DevicePolicy devices;
  private final long reserve;
  private final OwnPlaces own;
  private final ImportProgress progress;
  private final List<Path> layers = new ArrayList<>();
  private final List<Path> scratch = new ArrayList<>();

  ImageTrees(
      Images images, DevicePolicy devices, long reserve, OwnPlaces own, ImportProgress progress) {
    this.images = images;
    this.devices = devices;
    this.reserve = reserve;
    this.own = own;
    this.progress = progress;
  }

  /** A directory is an image layout if it says so, and a root's tree otherwise. */
  PackedImage directory(Path source) throws IOException {
    try (TreeFiles files = new TreeFiles(source)) {
      if (files.has(OciLayout.MARK) && files.has(OciLayout.INDEX)) {
        return unpack(new OciLayout(files).find(), files);
      }
    }
    try (TreeCopy copy = new TreeCopy(source, newLayer(), devices, own, reserve, progress)) {
      copy.run();
    }
    return root();
  }

  /** What an archive is shows with its first member. */
  PackedImage archive(InputStream archive) throws IOException {
    try (InputStream plain = Decompression.open(archive)) {
      TarReader reader = new TarReader(plain);
      List<TarMember> start = new ArrayList<>();
      Optional<TarMember> member = reader.next();
      while (member.isPresent() && isTop(member.get())) {
        start.add(member.get());
        member = reader.next();
      }
      boolean isImage = member.isPresent() && IMAGE_PART.matcher(shortName(member.get())).matches();
      Path tree = isImage ? newScratch() : newLayer();
      unpack(start, member, reader, tree);
      return isImage ? fromScratch(tree) : root();
    }
  }

  private static boolean isTop(TarMember member) throws RefusedException {
    return member.kind() == TarMember.Kind.DIRECTORY
        && MemberPath.of(member.name(), "member").isRoot();
  }

  private static String shortName(TarMember member) {
    String name = new String(member.name(), StandardCharsets.ISO_8859_1);
    return name.startsWith("./") ? name.substring(2) : name;
  }

  private void unpack(List<TarMember> start, Optional<TarMember> first, TarReader reader, Path tree)
      throws IOException {
    try (TreeWriter writer = new TreeWriter(tree, devices, reserve, progress)) {
      for (TarMember member : start) {
        writer.write(member, reader);
      }
      Optional<TarMember> member = first;
      while (member.isPresent()) {
        writer.write(member.get(), reader);
        member = reader.next();
      }
      writer.finish();
    }
  }

  private PackedImage fromScratch(Path tree) throws IOException {
    try (TreeFiles files = new TreeFiles(tree)) {
      if (files.has(OciLayout.INDEX)) {
        return unpack(new OciLayout(files).find(), files);
      }
      if (files.has(DockerArchive.MANIFEST)) {
        return unpack(new DockerArchive(files).find(), files);
      }
    }
    throw RefusedException.invalid(
        "The archive looks like an image's, but it holds neither index.json nor manifest.json.");
  }

  private PackedImage unpack(PackedImage image, TreeFiles files) throws IOException {
    for (PackedImage.Layer layer : image.layers()) {
      try (InputStream blob = layer.digest().verify(files.open(layer.path()));
          InputStream plain = Decompression.open(blob)) {
        TarReader reader = new TarReader(plain);
        unpack(List.of(), reader.next(), reader, newLayer());
        // The decompressor may leave a few bytes that count for the digest.
        blob.transferTo(java.io.OutputStream.nullOutputStream());
      }
    }
    return image;
  }

  private static PackedImage root() {
    return new PackedImage("", "", ImageConfig.NOTHING, List.of());
  }

  private Path newLayer() throws IOException {
    Path tree = images.newTree();
    layers.add(tree);
    return tree;
  }

  private Path newScratch() throws IOException {
    Path tree = images.newTree();
    scratch.add(tree);
    return tree;
  }

  /** Makes an image of the layers. */
  ImageInfo add(String name, String digest) throws IOException {
    List<Path> trees = List.copyOf(layers);
    ImageInfo added = images.add(name, digest, trees, progress::indexed);
    layers.clear();
    return added;
  }

  @Override
  public void close() {
    layers.forEach(this::drop);
    scratch.forEach(this::drop);
  }

  private void drop(Path tree) {
    try {
      images.dropTree(tree);
    } catch (IOException e) {
      LOG.failed("unpacked tree was not thrown away", e, "tree", tree);
    }
  }
}
