package ctrenc.overlay.fuse.jnr;

import java.io.IOException;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.types.off_t;
import jnr.ffi.types.size_t;
import org.jspecify.annotations.Nullable;

/**
 * The functions of libfuse 2.9 that are called here (fuse.h, fuse_lowlevel.h). Public because
 * jnr-ffi implements it at run time. Errors are negative numbers, as libfuse has them.
 */
public interface FuseLibrary {

  /**
   * Mounts, and makes the {@code struct fuse} that calls {@code operations}; null where it cannot.
   * The parts of this one call are not called because {@code fuse_new} is not to be had: by that
   * name alone the linker finds the one of libfuse 1.
   */
  @Nullable Pointer setUp(
      int count,
      String[] words,
      Pointer operations,
      @size_t long size,
      Pointer directoryHolder,
      Pointer threadsHolder,
      Pointer data);

  /** Closes a channel and takes its mount away, if that is still there. */
  void unmount(String directory, Pointer channel);

  /** Gives memory back that libfuse has left to its caller. */
  void free(Pointer memory);

  void destroy(Pointer fuse);

  Pointer session(Pointer fuse);

  /** The one {@code struct fuse_chan} of a session, after none. */
  Pointer nextChannel(Pointer session, @Nullable Pointer after);

  @size_t
  long bufferSize(Pointer channel);

  /** Waits for a request; its length, or 0 when the mount has ended. */
  int receive(Pointer channelHolder, Pointer buffer, @size_t long size);

  /** Has a request carried out and answered, on this thread. */
  void process(Pointer session, Pointer buffer, @size_t long length, Pointer channel);

  /** The {@code struct fuse_context} of the request that this thread carries out. */
  Pointer context();

  int invalidateInode(Pointer channel, long node, @off_t long offset, @off_t long length);

  int invalidateEntry(Pointer channel, long node, byte[] name, @size_t long length);

  /**
   * @throws IOException with one sentence that says what to do, where libfuse 2 is not there
   */
  static FuseLibrary load() throws IOException {
    try {
      return LibraryLoader.create(FuseLibrary.class)
          .map("setUp", "fuse_setup")
          .map("unmount", "fuse_unmount")
          .map("destroy", "fuse_destroy")
          .map("session", "fuse_get_session")
          .map("nextChannel", "fuse_session_next_chan")
          .map("bufferSize", "fuse_chan_bufsize")
          .map("receive", "fuse_chan_recv")
          .map("process", "fuse_session_process")
          .map("context", "fuse_get_context")
          .map("invalidateInode", "fuse_lowlevel_notify_inval_inode")
          .map("invalidateEntry", "fuse_lowlevel_notify_inval_entry")
          .failImmediately()
          .load("libfuse.so.2");
    } catch (LinkageError e) {
      throw new IOException(
          "libfuse 2 cannot be used here (%s): install the package libfuse2, or use the transport kernel."
              .formatted(e.getMessage()),
          e);
    }
  }
}
