package ctrenc.overlay.sys;

import java.nio.charset.StandardCharsets;

/**
 * memfd_create(2): files that live in memory until their last descriptor is closed. Thread-safe.
 */
public final class MemoryFile {

  private static final int MFD_CLOEXEC = 1;

  private MemoryFile() {}

  /** An empty file; {@code name} is only for people who look under /proc. */
  public static Descriptor create(String name) throws SystemCallException {
    long address = Scratch.ofThread().path("memfd_create", name.getBytes(StandardCharsets.UTF_8));
    return Descriptor.adopt((int) SystemCall.MEMFD_CREATE.invoke(address, MFD_CLOEXEC));
  }
}
