package ctrenc.overlay.union;

import ctrenc.overlay.layer.DirectoryEntry;
import ctrenc.overlay.layer.InodeRecord;
import ctrenc.overlay.layer.LayerBatch;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One operation's changes to the upper, atomic as a batch is. The caller holds the guards of all
 * nodes it edits; they show the change as soon as it is committed, and nothing of it when it is
 * not. Not thread-safe.
 */
final class Change implements AutoCloseable {

  private final LayerStack stack;
  private final EntryResolver resolver;
  private final LayerBatch batch;
  private final List<Edited> edits = new ArrayList<>(4);
  private final List<Node> directories = new ArrayList<>(2);

  Change(LayerStack stack, EntryResolver resolver) {
    this.stack = stack;
    this.resolver = resolver;
    this.batch = stack.upper().batch();
  }

  LayerBatch batch() {
    return batch;
  }

  /** The edit of a node; the same one each time it is asked for within this change. */
  InodeEdit edit(Node node) {
    for (Edited edited : edits) {
      if (edited.node == node) {
        return edited.edit;
      }
    }
    InodeEdit edit = InodeEdit.of(node);
    edits.add(new Edited(node, edit));
    return edit;
  }

  /** Adds an inode that did not exist. */
  void add(Node node, InodeEdit edit) {
    edits.add(new Edited(node, edit));
  }

  /** Lets a name lead to a node. */
  void point(Node directory, Name name, long inode, int mode) throws IOException {
    directories.add(directory);
    batch.putEntry(
        directory.inode(), new DirectoryEntry.Child(name, inode, FileMode.direntType(mode)));
  }

  /** Takes a name away; a whiteout is left only where a lower has the name. */
  void hide(Node directory, Name name) throws IOException {
    directories.add(directory);
    if (resolver.showsThrough(directory, name)) {
      batch.putEntry(directory.inode(), new DirectoryEntry.Whiteout(name));
    } else {
      batch.removeEntry(directory.inode(), name);
    }
  }

  /**
   * Commits a change of one inode's attributes. Where gathered bytes of the inode wait to be
   * sealed, the attributes wait with them and are stored in the same batch, at the latest when the
   * file is flushed.
   */
  void commitAttributes() throws IOException {
    Edited only = edits.getFirst();
    FileContent content = only.node.knownContent();
    if (content == null || content.unsealed() == null || !only.node.inUpper()) {
      commit();
      return;
    }
    InodeRecord built = only.edit.build();
    boolean sameExtended = built.xattrs().equals(only.node.inodeRecord().xattrs());
    if (content.keep(built) && (sameExtended || !content.isLogged())) {
      only.node.publish(built, only.node.isOrphan());
    } else {
      commit();
    }
  }

  void commit() throws IOException {
    InodeRecord[] built = new InodeRecord[edits.size()];
    boolean[] orphans = new boolean[edits.size()];
    for (int i = 0; i < built.length; i++) {
      built[i] = edits.get(i).edit.build();
      orphans[i] = store(edits.get(i).node, built[i]);
    }
    batch.commit();
    for (int i = 0; i < built.length; i++) {
      edits.get(i).node.publish(built[i], orphans[i]);
    }
    directories.forEach(Node::entriesChanged);
  }

  /**
   * Puts a record and keeps the list of orphans true; returns whether the inode is in it
   * afterwards.
   */
  private boolean store(Node node, InodeRecord inodeRecord) throws IOException {
    long inode = node.inode();
    if (inodeRecord.links() > 0) {
      batch.putInode(inode, inodeRecord);
      if (node.isOrphan()) {
        batch.removeOrphan(inode);
      }
      return false;
    }
    if (node.isOrphan() || node.isOpen() || mayHaveRuns(inodeRecord)) {
      batch.putInode(inode, inodeRecord);
      batch.putOrphan(inode);
      return true;
    }
    removeForGood(stack, batch, inode, inodeRecord);
    return false;
  }

  /**
   * Removes an inode that has no names and no runs. Where a lower has it, a record without links
   * stays in the upper, so that a file handle cannot bring it back.
   */
  static void removeForGood(LayerStack stack, LayerBatch batch, long inode, InodeRecord inodeRecord)
      throws IOException {
    if (stack.lower(inode).filter(below -> below.links() > 0).isPresent()) {
      InodeEdit empty =
          InodeEdit.fresh(
              inodeRecord.mode(), inodeRecord.uid(), inodeRecord.gid(), inodeRecord.changed());
      batch.putInode(inode, empty.opaque().build());
    } else {
      batch.removeInode(inode);
    }
  }

  private static boolean mayHaveRuns(InodeRecord inodeRecord) {
    return inodeRecord.isRegular()
        && inodeRecord.size() > 0
        && inodeRecord.body() instanceof InodeRecord.Body.Runs;
  }

  @Override
  public void close() {
    batch.close();
  }

  private record Edited(Node node, InodeEdit edit) {}
}
