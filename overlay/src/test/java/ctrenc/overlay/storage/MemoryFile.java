package ctrenc.overlay.storage;

import java.lang.foreign.MemorySegment;

/** One open of a file in memory; refuses use after its close, as a descriptor does. */
final class MemoryFile implements StorageFile {

  private final MemoryBytes bytes;
  private volatile boolean closed;

  MemoryFile(MemoryBytes bytes) {
    this.bytes = bytes;
  }

  @Override
  public int read(MemorySegment target, long position) {
    return open().read(target, position);
  }

  @Override
  public void write(MemorySegment source, long position) {
    open().write(source, position);
  }

  @Override
  public long size() {
    return open().size();
  }

  @Override
  public long storedBytes() {
    return open().storedBytes();
  }

  @Override
  public void truncate(long size) {
    open().truncate(Math.toIntExact(size));
  }

  @Override
  public void sync() {
    open().sync();
  }

  @Override
  public void punch(long position, long length) {
    open().punch(Math.toIntExact(position), Math.toIntExact(length));
  }

  @Override
  public void beginWriteOut(long position, long length) {
    open();
  }

  @Override
  public void beginRead(long position, long length) {
    open();
  }

  @Override
  public void dropCache(long position, long length) {
    open();
  }

  @Override
  public void close() {
    closed = true;
  }

  private MemoryBytes open() {
    if (closed) {
      throw new IllegalStateException("the file is closed");
    }
    return bytes;
  }
}
