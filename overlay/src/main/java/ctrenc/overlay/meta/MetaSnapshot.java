package ctrenc.overlay.meta;

/** All tables as they were when it was taken; later commits are not seen. Thread-safe. */
public interface MetaSnapshot extends MetaReader, AutoCloseable {

  @Override
  void close();
}
