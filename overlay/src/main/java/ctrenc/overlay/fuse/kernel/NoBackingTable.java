package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.Passthrough;

/** The kernel reads nothing by itself. */
record NoBackingTable(Passthrough state) implements BackingTable {

  @Override
  public int add(int descriptor) {
    return NONE;
  }

  @Override
  public void remove(int number) {
    throw new IllegalStateException("no file was ever added");
  }

  @Override
  public void forgetAttributes(long node) {}
}
