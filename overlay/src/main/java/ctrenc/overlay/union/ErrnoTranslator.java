package ctrenc.overlay.union;

import ctrenc.overlay.layer.HostFileChangedException;
import ctrenc.overlay.storage.DiskFullException;
import ctrenc.overlay.storage.KeyAbsentException;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import java.io.IOException;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The border between the store's failures and the errors of a filesystem. Damage was audited where
 * it was found. A bug of ours is answered EIO and turns the filesystem read-only, because what it
 * left behind is unknown; others go on. Thread-safe.
 */
final class ErrnoTranslator {

  private static final Logger LOG = LoggerFactory.getLogger(ErrnoTranslator.class);

  private final Gate gate;

  /** Where calls pass that a change of the stack need not wait for. */
  private final Gate aside = new Gate();

  private final boolean readOnly;

  /** Why no call is carried out any more; null while they are. */
  private volatile @Nullable Errno refusal;

  private volatile boolean opensRefused;
  private volatile boolean broken;

  /** Calls pass by {@code gate}; a read-only filesystem refuses those that change anything. */
  ErrnoTranslator(Gate gate, boolean readOnly) {
    this.gate = gate;
    this.readOnly = readOnly;
  }

  /** Carries out a call that changes nothing. */
  <T> T read(Call<T> call) throws ErrnoException {
    return inside(gate, call);
  }

  /** Carries out a call that a change of the stack need not wait for. */
  <T> T outside(Call<T> call) throws ErrnoException {
    return inside(aside, call);
  }

  private <T> T inside(Gate way, Call<T> call) throws ErrnoException {
    StampedLock lane = way.lane();
    long stamp = lane.readLock();
    try {
      Errno refused = refusal;
      if (refused != null) {
        throw new ErrnoException(refused);
      }
      return call.run();
    } catch (IOException e) {
      throw translate(e);
    } catch (RuntimeException | AssertionError e) {
      broken = true;
      LOG.atError()
          .setCause(e)
          .log("bug while serving a filesystem, which is read-only from now on");
      throw new ErrnoException(Errno.EIO);
    } finally {
      lane.unlockRead(stamp);
    }
  }

  /** Carries out a call that may change something. */
  <T> T change(Call<T> call) throws ErrnoException {
    if (readOnly) {
      throw new ErrnoException(Errno.EROFS);
    }
    return keep(call);
  }

  /** Carries out a call that keeps what was changed before. */
  <T> T keep(Call<T> call) throws ErrnoException {
    if (broken) {
      throw new ErrnoException(Errno.EROFS);
    }
    return read(call);
  }

  /** Carries out what opens a file, inside of another call. */
  <T> T opening(Call<T> call) throws IOException, ErrnoException {
    if (opensRefused) {
      throw new ErrnoException(Errno.ENOKEY);
    }
    return call.run();
  }

  void refuseOpens(boolean refused) {
    opensRefused = refused;
  }

  /** As {@link #change(Call)}, for a call without an answer. */
  void run(Action action) throws ErrnoException {
    change(
        () -> {
          action.run();
          return this;
        });
  }

  /** Carries out what nobody waits for; a failure is only logged. */
  void quietly(Action action) {
    try {
      read(
          () -> {
            action.run();
            return this;
          });
    } catch (ErrnoException e) {
      LOG.atWarn().addKeyValue("errno", e.errno()).log("a call that has no answer failed");
    }
  }

  /** Carries out what is left to do after {@link #refuse}; a failure is only logged. */
  void settle(Action action) {
    try {
      action.run();
    } catch (IOException e) {
      log("gathered bytes could not be stored at the end", e);
    } catch (ErrnoException | RuntimeException e) {
      LOG.atError().setCause(e).log("a filesystem did not end cleanly");
    }
  }

  /** Refuses every call from now on, and returns when those under way have ended. */
  void refuse(Errno reason) {
    refusal = reason;
    gate.awaitEmpty();
    aside.awaitEmpty();
  }

  Errno errnoOf(IOException failure) {
    return switch (failure) {
      case DiskFullException full -> Errno.ENOSPC;
      case KeyAbsentException locked -> Errno.ENOKEY;
      case HostFileChangedException changed -> Errno.EIO;
      default -> Errno.EIO;
    };
  }

  private ErrnoException translate(IOException failure) {
    Errno errno = errnoOf(failure);
    if (errno == Errno.EIO) {
      log("input or output failed", failure);
    }
    return new ErrnoException(errno);
  }

  /** Tells the log of a failure that no caller is waiting for. */
  void log(String message, IOException failure) {
    LOG.atWarn().setCause(failure).log(message);
  }

  /** What a call does and answers. */
  @FunctionalInterface
  interface Call<T> {
    T run() throws IOException, ErrnoException;
  }

  /** What a call does. */
  @FunctionalInterface
  interface Action {
    void run() throws IOException, ErrnoException;
  }
}
