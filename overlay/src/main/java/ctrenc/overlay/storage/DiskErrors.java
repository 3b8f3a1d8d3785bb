package ctrenc.overlay.storage;

import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.SystemCallException;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;

/** Translates errno once, at this border, and adds the name of the file. */
final class DiskErrors {

  private DiskErrors() {}

  static IOException translate(String name, SystemCallException e) {
    return switch (e.errno()) {
      case ErrorNumber.ENOSPC, ErrorNumber.EDQUOT ->
          new DiskFullException(
              "There is no room left on the disk for " + name + ": make room and try again.", e);
      case ErrorNumber.ENOENT -> cause(new NoSuchFileException(name), e);
      case ErrorNumber.EEXIST -> cause(new FileAlreadyExistsException(name), e);
      case ErrorNumber.ENOTEMPTY -> cause(new DirectoryNotEmptyException(name), e);
      default -> new IOException("The disk failed on " + name + ": " + e.getMessage(), e);
    };
  }

  private static IOException cause(IOException translated, SystemCallException e) {
    translated.initCause(e);
    return translated;
  }
}
