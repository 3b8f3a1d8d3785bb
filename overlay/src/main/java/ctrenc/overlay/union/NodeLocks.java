package ctrenc.overlay.union;

import java.util.Arrays;
import java.util.Comparator;

/**
 * The guards of the nodes that one operation changes, taken in the order of inode numbers so that
 * no two operations wait in a ring.
 */
final class NodeLocks implements AutoCloseable {

  private final Node[] nodes;

  private NodeLocks(Node[] nodes) {
    this.nodes = nodes;
  }

  /** Locks every node once, also if it is named twice. */
  static NodeLocks of(Node... nodes) {
    Node[] ordered = nodes.clone();
    Arrays.sort(ordered, Comparator.comparingLong(Node::inode));
    for (Node node : ordered) {
      node.guard().lock();
    }
    return new NodeLocks(ordered);
  }

  @Override
  public void close() {
    for (Node node : nodes) {
      node.guard().unlock();
    }
  }
}
