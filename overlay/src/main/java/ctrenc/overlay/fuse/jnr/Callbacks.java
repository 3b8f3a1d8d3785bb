package ctrenc.overlay.fuse.jnr;

import jnr.ffi.Pointer;
import jnr.ffi.annotations.Delegate;
import jnr.ffi.types.off_t;
import jnr.ffi.types.size_t;

/**
 * The shapes of the functions in {@code struct fuse_operations}, by their parameters. A path is a
 * pointer to bytes that end with NUL, or null where libfuse leaves it out; a file is a {@code
 * struct fuse_file_info}. All answer 0 or a number of bytes, or an errno negated. Public because
 * jnr-ffi calls them from classes made at run time.
 */
public final class Callbacks {

  private Callbacks() {}

  /** unlink, rmdir. */
  @FunctionalInterface
  public interface OnPath {
    @Delegate
    int call(Pointer path);
  }

  /** Two paths, or a path and a structure. */
  @FunctionalInterface
  public interface OnTwo {
    @Delegate
    int call(Pointer first, Pointer second);
  }

  /** fgetattr. */
  @FunctionalInterface
  public interface OnThree {
    @Delegate
    int call(Pointer path, Pointer second, Pointer third);
  }

  /** mkdir, chmod. */
  @FunctionalInterface
  public interface WithMode {
    @Delegate
    int call(Pointer path, int mode);
  }

  /** create, fsync, fsyncdir. */
  @FunctionalInterface
  public interface WithModeOnFile {
    @Delegate
    int call(Pointer path, int mode, Pointer file);
  }

  /** mknod. */
  @FunctionalInterface
  public interface WithDevice {
    @Delegate
    int call(Pointer path, int mode, long device);
  }

  /** chown. */
  @FunctionalInterface
  public interface WithOwner {
    @Delegate
    int call(Pointer path, int uid, int gid);
  }

  /** truncate. */
  @FunctionalInterface
  public interface WithSize {
    @Delegate
    int call(Pointer path, @off_t long size);
  }

  /** ftruncate. */
  @FunctionalInterface
  public interface WithSizeOnFile {
    @Delegate
    int call(Pointer path, @off_t long size, Pointer file);
  }

  /** readlink, listxattr. */
  @FunctionalInterface
  public interface IntoBuffer {
    @Delegate
    int call(Pointer path, Pointer buffer, @size_t long size);
  }

  /** read, write. */
  @FunctionalInterface
  public interface Transfer {
    @Delegate
    int call(Pointer path, Pointer buffer, @size_t long size, @off_t long offset, Pointer file);
  }

  /** getxattr. */
  @FunctionalInterface
  public interface Value {
    @Delegate
    int call(Pointer path, Pointer name, Pointer value, @size_t long size);
  }

  /** setxattr. */
  @FunctionalInterface
  public interface NewValue {
    @Delegate
    int call(Pointer path, Pointer name, Pointer value, @size_t long size, int flags);
  }

  /** readdir. */
  @FunctionalInterface
  public interface Listing {
    @Delegate
    int call(Pointer path, Pointer buffer, Pointer filler, @off_t long offset, Pointer file);
  }

  /** fallocate. */
  @FunctionalInterface
  public interface Range {
    @Delegate
    int call(Pointer path, int mode, @off_t long offset, @off_t long length, Pointer file);
  }

  /** init: takes a {@code struct fuse_conn_info}, gives what contexts carry from then on. */
  @FunctionalInterface
  public interface Start {
    @Delegate
    Pointer call(Pointer connection);
  }
}
