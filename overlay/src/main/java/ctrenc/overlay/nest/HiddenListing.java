package ctrenc.overlay.nest;

import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.DirectorySink;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.Name;

/** Lists a hidden directory, with the numbers that its own filesystem has for it. */
final class HiddenListing {

  private static final int DIRECTORY_TYPE = FileMode.direntType(FileMode.DIRECTORY);
  private static final long AT_DOT = 1;
  private static final long AT_DOT_DOT = 2;

  /** Where a listing goes on behind the first child. */
  static final long FIRST_COOKIE = AT_DOT_DOT + 1;

  private final HiddenContent content;
  private final HiddenNodes nodes;
  private final long number;
  private final boolean plus;
  private final DirectorySink sink;

  HiddenListing(
      HiddenContent content, HiddenNodes nodes, long number, boolean plus, DirectorySink sink) {
    this.content = content;
    this.nodes = nodes;
    this.number = number;
    this.plus = plus;
    this.sink = sink;
  }

  void list(HiddenNode node, long cookie) throws ErrnoException {
    boolean goesOn =
        (cookie >= AT_DOT || sink.accept(Name.DOT, number, DIRECTORY_TYPE, AT_DOT))
            && (cookie >= AT_DOT_DOT
                || sink.accept(Name.DOT_DOT, number, DIRECTORY_TYPE, AT_DOT_DOT));
    if (!goesOn) {
      return;
    }
    for (HiddenContent.Entry entry : content.children(node)) {
      if (entry.cookie() > cookie && !accept(entry)) {
        return;
      }
    }
  }

  private boolean accept(HiddenContent.Entry entry) throws ErrnoException {
    Attributes attributes = content.attributes(entry.node());
    long child = nodes.take(entry.node());
    // A snapshot is opened by who enters it, not by who lists it.
    boolean isShown = plus && entry.node().kind() != HiddenNode.Kind.SNAPSHOT;
    boolean taken =
        isShown
            ? sink.accept(entry.name(), attributes.withInode(child), entry.cookie())
            : sink.accept(
                entry.name(), child, FileMode.direntType(attributes.mode()), entry.cookie());
    if (!taken || !isShown) {
      nodes.forget(child, 1);
    }
    return taken;
  }
}
