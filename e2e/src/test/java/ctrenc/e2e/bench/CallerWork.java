package ctrenc.e2e.bench;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.Entries;
import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.FileData;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.FileStatus;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.Pages;
import ctrenc.overlay.sys.SystemCallException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/** What a caller asks of a root again and again, so that every time reaches the daemon. */
enum CallerWork {
  STAT("`stat` of a file") {
    @Override
    void once(Descriptor root, Descriptor file, MemorySegment page, String name, int random)
        throws IOException {
      FileStatus.fresh(root, FILE);
    }
  },
  LOOKUP("look a missing name up") {
    @Override
    void once(Descriptor root, Descriptor file, MemorySegment page, String name, int random)
        throws IOException {
      try {
        FileStatus.at(root, bytes(name));
      } catch (SystemCallException e) {
        if (e.is(ErrorNumber.ENOENT)) {
          return;
        }
        throw e;
      }
      throw new IOException("%s exists".formatted(name));
    }
  },
  CREATE("create, close and remove a file") {
    @Override
    void once(Descriptor root, Descriptor file, MemorySegment page, String name, int random)
        throws IOException {
      byte[] path = bytes(name);
      FileOpener.open(root, path, OpenFlag.CREATE | OpenFlag.READ_WRITE, 0644).close();
      Entries.unlink(root, path);
    }
  },
  READ("read 4 KiB, `O_DIRECT`") {
    @Override
    void once(Descriptor root, Descriptor file, MemorySegment page, String name, int random)
        throws IOException {
      FileData.read(file, (long) random * PAGE, page);
    }
  };

  static final int PAGE = Pages.SIZE;

  /** Pages of the file that is read. */
  static final int FILE_PAGES = 4096;

  static final byte[] FILE = bytes("data");

  private final String title;

  CallerWork(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  abstract void once(Descriptor root, Descriptor file, MemorySegment page, String name, int random)
      throws IOException;

  /** Asks until the time is over; returns how often. */
  long repeat(Descriptor root, int caller, long until) throws IOException {
    SplittableRandom random = new SplittableRandom(caller);
    String prefix = "%s-%d-%d-".formatted(name(), caller, until);
    long count = 0;
    try (Arena arena = Arena.ofConfined();
        Descriptor file = FileOpener.open(root, FILE, OpenFlag.DIRECT, 0)) {
      MemorySegment page = Pages.allocate(PAGE, arena);
      while (System.nanoTime() < until) {
        once(root, file, page, prefix + count, random.nextInt(FILE_PAGES));
        count++;
      }
    }
    return count;
  }

  static byte[] bytes(String name) {
    return name.getBytes(StandardCharsets.US_ASCII);
  }
}
