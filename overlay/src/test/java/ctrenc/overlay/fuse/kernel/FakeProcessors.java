package ctrenc.overlay.fuse.kernel;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Processors that only remember what they were told. Thread-safe. */
final class FakeProcessors implements Vigil.Processors {

  /** What they were told. */
  enum Word {
    KEEP_AWAKE,
    LET_SLEEP,
    CLOSE
  }

  private final List<Word> words = new ArrayList<>();
  private int failures;

  /** The next calls fail, so many of them. */
  synchronized void fail(int calls) {
    failures = calls;
  }

  synchronized List<Word> words() {
    return List.copyOf(words);
  }

  /** Returns when they have been told so many things; interrupted by the test's timeout. */
  synchronized void await(int count) throws InterruptedException {
    while (words.size() < count) {
      wait();
    }
  }

  private synchronized void tell(Word word) throws IOException {
    if (failures > 0) {
      failures--;
      throw new IOException("made up");
    }
    words.add(word);
    notifyAll();
  }

  @Override
  public void keepAwake() throws IOException {
    tell(Word.KEEP_AWAKE);
  }

  @Override
  public void letSleep() throws IOException {
    tell(Word.LET_SLEEP);
  }

  @Override
  public void close() throws IOException {
    tell(Word.CLOSE);
  }
}
