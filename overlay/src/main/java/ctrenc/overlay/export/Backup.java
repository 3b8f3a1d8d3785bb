package ctrenc.overlay.export;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Writes a stack into an archive with one member for each object, without keys. Not thread-safe.
 */
final class Backup {

  private final StackObjects objects;
  private final ObjectTree tree;
  private final Deque<Long> directories = new ArrayDeque<>();

  Backup(StackObjects objects) {
    this.objects = objects;
    this.tree = objects.tree();
  }

  void write(ArchiveSink sink) throws IOException {
    directories.add(ObjectTree.ROOT);
    directories(sink);
    for (long inode : tree.nameless()) {
      if (objects.parts(inode).isDirectory()) {
        directories.add(inode);
        directories(sink);
      } else {
        file(inode, tree.place(inode), sink);
      }
    }
    for (StackObjects.Level level : objects.levels()) {
      sink.layer(objects.summary(level), level.closed());
    }
  }

  private void directories(ArchiveSink sink) throws IOException {
    while (!directories.isEmpty()) {
      directory(directories.pop(), sink);
    }
  }

  private void directory(long inode, ArchiveSink sink) throws IOException {
    String place = tree.place(inode);
    ObjectParts parts = objects.parts(inode);
    if (!parts.isEmpty()) {
      sink.directory(place, parts);
    }
    if (!parts.content().isEmpty()) {
      sink.data(place + "/" + ArchiveSink.RECORDS, parts);
    }
    DirectoryObjects held = tree.in(inode);
    for (DirectoryObjects.Child child : held.children()) {
      boolean isItsPlace =
          child.number() == 1 && tree.directory(child.inode()).equals(Optional.of(inode));
      if (child.isDirectory()) {
        directories.push(child.inode());
      } else if (isItsPlace) {
        file(child.inode(), place + "/" + child.name(), sink);
      }
    }
    for (ObjectTree.Named whiteout : held.whiteouts()) {
      sink.empty(place + "/" + DirectoryObjects.nameOf(whiteout), objects.parts(whiteout));
    }
  }

  /** A file at its place, and links to it at its others. */
  private void file(long inode, String place, ArchiveSink sink) throws IOException {
    ObjectParts parts = objects.parts(inode);
    if (parts.content().isEmpty()) {
      sink.empty(place, parts);
    } else {
      sink.file(place, parts);
    }
    for (String further : tree.furtherPlaces(inode)) {
      sink.link(further, place, parts);
    }
  }
}
