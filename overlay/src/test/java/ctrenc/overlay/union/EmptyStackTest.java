package ctrenc.overlay.union;

import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemContract;

/** The contract on an upper with nothing below. */
final class EmptyStackTest extends FileSystemContract {

  @Override
  protected FileSystem create() throws Exception {
    return new TestStack().open();
  }
}
