package ctrenc.overlay.nest;

import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.DirectorySink;
import ctrenc.overlay.vfs.Name;

/** Shows a visitor the children of a plain listing, until it has seen enough. */
record PlainSink(Visitor visitor) implements DirectorySink {

  /** Takes children; returns false to stop. */
  interface Visitor {
    boolean visit(Name name, long inode, long cookie);
  }

  @Override
  public boolean accept(Name name, long inode, int type, long cookie) {
    return name.equals(Name.DOT) || name.equals(Name.DOT_DOT) || visitor.visit(name, inode, cookie);
  }

  @Override
  public boolean accept(Name name, Attributes attributes, long cookie) {
    throw new IllegalStateException("a plain listing was asked for");
  }
}
