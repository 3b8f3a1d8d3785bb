package ctrenc.overlay.storage;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.FileData;
import ctrenc.overlay.sys.FileStatus;
import ctrenc.overlay.sys.SystemCallException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** A file on the disk by its descriptor. Whoever closes it ends all use of it first. */
final class DiskFile implements StorageFile {

  private static final int BLOCK_LENGTH = 512;

  private final String name;
  private final Descriptor descriptor;

  DiskFile(String name, Descriptor descriptor) {
    this.name = name;
    this.descriptor = descriptor;
  }

  @Override
  public int read(MemorySegment target, long position) throws IOException {
    try {
      return Math.toIntExact(FileData.read(descriptor, position, target));
    } catch (SystemCallException e) {
      throw DiskErrors.translate(name, e);
    }
  }

  @Override
  public void write(MemorySegment source, long position) throws IOException {
    try {
      FileData.write(descriptor, position, source);
    } catch (SystemCallException e) {
      throw DiskErrors.translate(name, e);
    }
  }

  @Override
  public long size() throws IOException {
    try {
      return FileStatus.of(descriptor).size();
    } catch (SystemCallException e) {
      throw DiskErrors.translate(name, e);
    }
  }

  @Override
  public long storedBytes() throws IOException {
    try {
      return FileStatus.of(descriptor).blocks() * BLOCK_LENGTH;
    } catch (SystemCallException e) {
      throw DiskErrors.translate(name, e);
    }
  }

  @Override
  public void truncate(long size) throws IOException {
    try {
      FileData.truncate(descriptor, size);
    } catch (SystemCallException e) {
      throw DiskErrors.translate(name, e);
    }
  }

  @Override
  public void sync() throws IOException {
    try {
      FileData.dataSync(descriptor);
    } catch (SystemCallException e) {
      throw DiskErrors.translate(name, e);
    }
  }

  @Override
  public void punch(long position, long length) throws IOException {
    try {
      FileData.allocate(descriptor, FileData.PUNCH_HOLE | FileData.KEEP_SIZE, position, length);
    } catch (SystemCallException e) {
      throw DiskErrors.translate(name, e);
    }
  }

  @Override
  public void beginWriteOut(long position, long length) throws IOException {
    try {
      FileData.beginWriteOut(descriptor, position, length);
    } catch (SystemCallException e) {
      throw DiskErrors.translate(name, e);
    }
  }

  @Override
  public void beginRead(long position, long length) throws IOException {
    advise(position, length, FileData.ADVISE_WILL_NEED);
  }

  @Override
  public void dropCache(long position, long length) throws IOException {
    advise(position, length, FileData.ADVISE_DONT_NEED);
  }

  private void advise(long position, long length, int advice) throws IOException {
    try {
      FileData.advise(descriptor, position, length, advice);
    } catch (SystemCallException e) {
      throw DiskErrors.translate(name, e);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      descriptor.close();
    } catch (SystemCallException e) {
      throw DiskErrors.translate(name, e);
    }
  }
}
