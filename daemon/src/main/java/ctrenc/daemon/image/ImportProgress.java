package ctrenc.daemon.image;

import ctrenc.daemon.refusal.RefusedException;

/** Is told how far an import is, and may end it. */
public interface ImportProgress {

  /**
   * @throws RefusedException if the import is to end
   */
  void unpacked(long bytes) throws RefusedException;

  /** How many files are indexed. */
  void indexed(long files);
}
