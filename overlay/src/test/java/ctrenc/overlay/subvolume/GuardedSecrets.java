package ctrenc.overlay.subvolume;

import ctrenc.crypto.secret.SecretMemory;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Memory for secrets that gives nothing while it is guarded. Of a store in which no root is
 * unlocked, nobody reaches a key without it: a KEK, a layer key, and what is derived of them, lie
 * nowhere else. What was asked for is kept, also where whoever asked hides the failure.
 */
final class GuardedSecrets implements SecretMemory {

  /** Somebody made, unwrapped or derived a key where there is none. */
  static final class KeyTouchedError extends AssertionError {
    private static final long serialVersionUID = 1L;

    KeyTouchedError() {
      super("a key was asked for");
    }
  }

  private final SecretMemory memory = SecretMemory.plain();
  private final List<KeyTouchedError> touched = new CopyOnWriteArrayList<>();
  private volatile boolean guarded;

  void guard() {
    guarded = true;
  }

  void open() {
    guarded = false;
  }

  /** Each with the place where it happened. */
  List<KeyTouchedError> touched() {
    return touched;
  }

  @Override
  public MemorySegment allocate(long size) {
    if (guarded) {
      KeyTouchedError error = new KeyTouchedError();
      touched.add(error);
      throw error;
    }
    return memory.allocate(size);
  }

  @Override
  public void release(MemorySegment segment) {
    memory.release(segment);
  }
}
