package ctrenc.overlay.export;

import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.Timestamp;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.List;

/**
 * What the files and directories of a ciphertext view are: as the members of a backup. Thread-safe.
 */
final class ViewFiles {

  /** Of at most a MiB each, mostly. */
  private static final int RECENT_ENVELOPES = 16;

  private static final int BLOCK = 512;

  private final TreeObjects objects;
  private final ViewTree tree;
  private final RecentlyUsed<SealedExtent, MemorySegment> envelopes =
      new RecentlyUsed<>(RECENT_ENVELOPES, envelope -> 1);

  ViewFiles(TreeObjects objects, ViewTree tree) {
    this.objects = objects;
    this.tree = tree;
  }

  private StackObjects stack(ViewNode node) throws ErrnoException {
    if (node.stack() >= objects.size()) {
      throw new ErrnoException(Errno.ESTALE);
    }
    return objects.stack(node.stack());
  }

  Attributes attributes(ViewNode node) throws IOException, ErrnoException {
    if (node.isFixedDirectory()) {
      return directory(node, stack(node).first());
    }
    if (node.isDescription()) {
      RootDescription described =
          node.stack() == 0
              ? objects.tree().root()
              : objects.nested(node.stack()).description().subvolume();
      return file(node, content(node).size(), described.taken(), 1);
    }
    if (node.kind() == ViewNode.Kind.FIXED) {
      LayerSummary empty = new LayerSummary(level(node).objects().id(), 0, 0, own(node));
      return file(node, empty.encode().length, level(node).closed(), 1);
    }
    ObjectParts parts = parts(node);
    if (node.kind() == ViewNode.Kind.OBJECT && parts.isDirectory()) {
      return directory(node, parts.changed());
    }
    boolean isObject = node.kind() == ViewNode.Kind.OBJECT;
    int links = isObject ? stack(node).tree().links(node.number()) : 1;
    long size = parts.content().isEmpty() ? 0 : ObjectContent.of(parts).size();
    return file(node, size, parts.changed(), links);
  }

  private static Attributes directory(ViewNode node, Instant time) {
    // One link tells programs that count them that directories are not counted.
    return attributes(node, 0, time, ArchiveSink.DIRECTORY, 1);
  }

  private static Attributes file(ViewNode node, long size, Instant time, int links) {
    return attributes(node, size, time, ArchiveSink.FILE, links);
  }

  private static Attributes attributes(
      ViewNode node, long size, Instant time, int mode, int links) {
    Timestamp at = new Timestamp(time.getEpochSecond(), 0);
    long blocks = (size + BLOCK - 1) / BLOCK;
    return new Attributes(node.id(), size, blocks, at, at, at, at, mode, links, 0, 0, 0);
  }

  private StackObjects.Level level(ViewNode node) throws ErrnoException {
    return stack(node).levels().stream()
        .skip(Math.max(0, node.depth()))
        .findFirst()
        .filter(layer -> node.depth() >= 0)
        .orElseThrow(() -> new ErrnoException(Errno.ESTALE));
  }

  private List<ObjectRecords.Stored> own(ViewNode node) throws IOException, ErrnoException {
    return level(node).objects().own();
  }

  private ObjectParts parts(ViewNode node) throws IOException, ErrnoException {
    if (node.kind() == ViewNode.Kind.WHITEOUT) {
      ViewTree.Whiteout whiteout =
          tree.whiteout(node).orElseThrow(() -> new ErrnoException(Errno.ESTALE));
      return objects.stack(whiteout.stack()).parts(whiteout.named());
    }
    if (!stack(node).tree().contains(node.number())) {
      throw new ErrnoException(Errno.ESTALE);
    }
    return stack(node).parts(node.number());
  }

  /** The attribute with an object's records; empty of what has none. */
  byte[] attribute(ViewNode node) throws IOException, ErrnoException {
    if (node.kind() == ViewNode.Kind.FIXED || node.kind() == ViewNode.Kind.RECORDS) {
      return new byte[0];
    }
    return ArchiveSink.attribute(parts(node).attribute());
  }

  ViewContent content(ViewNode node) throws IOException, ErrnoException {
    if (node.isDescription()) {
      stack(node);
      return ViewContent.of(
          node.stack() == 0
              ? ArchivedTree.of(objects.tree()).encode()
              : objects.nested(node.stack()).encode());
    }
    if (node.kind() == ViewNode.Kind.FIXED) {
      return ViewContent.of(stack(node).summary(level(node)).encode());
    }
    ObjectParts parts = parts(node);
    return parts.content().isEmpty()
        ? ViewContent.of(new byte[0])
        : new SealedContent(ObjectContent.of(parts), envelopes);
  }
}
