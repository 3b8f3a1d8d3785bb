package ctrenc.daemon.image;

import ctrenc.daemon.refusal.RefusedException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where the data of a member belongs: everywhere, or in the ranges of a sparse file. The four forms
 * are those of GNU tar's manual, "Storing Sparse Files": the old GNU header, and pax 0.0, 0.1 and
 * 1.0.
 */
final class SparseMap {

  /** {@code size} is the file's; {@code runs} are its ranges with data. */
  record Ranges(long size, List<TarMember.Run> runs) {}

  private static final int ENTRY = 24;
  private static final int NUMBER = 12;
  private static final int EXTENSION_ENTRIES = 21;
  private static final int EXTENSION_MORE = 504;

  /**
   * More ranges than any file that was worth storing this way; bounds what a forged map makes us
   * hold.
   */
  private static final int MAX_RUNS = 1 << 20;

  private final InputStream in;
  private final TarHeader header;
  private final PaxRecords pax;
  private final long stored;
  private long consumed;

  SparseMap(InputStream in, TarHeader header, PaxRecords pax, long stored) {
    this.in = in;
    this.header = header;
    this.pax = pax;
    this.stored = stored;
  }

  /** Bytes of the member's data that were read for the map. */
  long consumed() {
    return consumed;
  }

  Ranges read() throws IOException {
    if (header.type() == 'S') {
      return checked(header.sparseSize(), oldForm());
    }
    Optional<String> major = pax.text("GNU.sparse.major");
    if (major.isPresent() && major.get().equals("1")) {
      return checked(size(), mapInData());
    }
    Optional<String> map = pax.text("GNU.sparse.map");
    if (map.isPresent()) {
      return checked(size(), pairs(numbers(map.get().split(","))));
    }
    if (pax.text("GNU.sparse.numblocks").isPresent()) {
      return checked(size(), offsetsAndLengths());
    }
    List<TarMember.Run> whole = stored == 0 ? List.of() : List.of(new TarMember.Run(0, stored));
    return new Ranges(stored, whole);
  }

  private long size() throws RefusedException {
    Optional<Long> real = pax.number("GNU.sparse.realsize");
    return real.isPresent()
        ? real.get()
        : pax.number("GNU.sparse.size").orElseThrow(SparseMap::damaged);
  }

  private List<TarMember.Run> oldForm() throws IOException {
    List<TarMember.Run> runs = new ArrayList<>();
    add(runs, header.block(), TarHeader.SPARSE, TarHeader.SPARSE_COUNT);
    boolean isMore = header.block()[TarHeader.SPARSE_MORE] != 0;
    while (isMore) {
      byte[] extension = block();
      add(runs, extension, 0, EXTENSION_ENTRIES);
      isMore = extension[EXTENSION_MORE] != 0;
      if (runs.size() > MAX_RUNS) {
        throw damaged();
      }
    }
    // These blocks stand before the data and are not counted in its size.
    return runs;
  }

  private static void add(List<TarMember.Run> runs, byte[] block, int from, int count)
      throws RefusedException {
    for (int i = 0; i < count; i++) {
      int at = from + i * ENTRY;
      if (block[at] == 0) {
        return;
      }
      runs.add(
          new TarMember.Run(
              TarHeader.number(block, at, NUMBER), TarHeader.number(block, at + NUMBER, NUMBER)));
    }
  }

  private List<TarMember.Run> offsetsAndLengths() throws RefusedException {
    List<Long> offsets = pax.numbers("GNU.sparse.offset");
    List<Long> lengths = pax.numbers("GNU.sparse.numbytes");
    if (offsets.size() != lengths.size()) {
      throw damaged();
    }
    List<TarMember.Run> runs = new ArrayList<>();
    for (int i = 0; i < offsets.size(); i++) {
      runs.add(new TarMember.Run(offsets.get(i), lengths.get(i)));
    }
    return runs;
  }

  /**
   * Decimal lines at the start of the data, in whole blocks: how many, then offset and length of
   * each.
   */
  private List<TarMember.Run> mapInData() throws IOException {
    List<Long> numbers = new ArrayList<>();
    long wanted = 1;
    long current = 0;
    while (numbers.size() < wanted) {
      byte[] block = block();
      consumed += block.length;
      for (int i = 0; i < block.length && numbers.size() < wanted; i++) {
        if (block[i] == '\n') {
          numbers.add(current);
          if (numbers.size() == 1) {
            wanted = 1 + 2 * Math.min(current, MAX_RUNS + 1L);
          }
          current = 0;
        } else if (block[i] >= '0' && block[i] <= '9' && current < Long.MAX_VALUE / 100) {
          current = current * 10 + block[i] - '0';
        } else {
          throw damaged();
        }
      }
    }
    return pairs(numbers.subList(1, numbers.size()));
  }

  private byte[] block() throws IOException {
    byte[] block = in.readNBytes(TarHeader.SIZE);
    if (block.length < TarHeader.SIZE) {
      throw RefusedException.invalid("The archive is cut off: it ends within a sparse file's map.");
    }
    return block;
  }

  private static List<Long> numbers(String[] texts) throws RefusedException {
    List<Long> numbers = new ArrayList<>();
    for (String text : texts) {
      try {
        numbers.add(Long.parseLong(text));
      } catch (NumberFormatException _) {
        throw damaged();
      }
    }
    return numbers;
  }

  private static List<TarMember.Run> pairs(List<Long> numbers) throws RefusedException {
    if (numbers.size() % 2 != 0) {
      throw damaged();
    }
    List<TarMember.Run> runs = new ArrayList<>();
    for (int i = 0; i < numbers.size(); i += 2) {
      runs.add(new TarMember.Run(numbers.get(i), numbers.get(i + 1)));
    }
    return runs;
  }

  /** Ranges in order, within the file, and as long together as the data. */
  private Ranges checked(long size, List<TarMember.Run> runs) throws RefusedException {
    long end = 0;
    long sum = 0;
    for (TarMember.Run run : runs) {
      boolean isWithin = run.offset() >= end && run.length() >= 0 && run.offset() <= size;
      if (!isWithin || run.length() > size - run.offset()) {
        throw damaged();
      }
      end = run.offset() + run.length();
      sum += run.length();
    }
    if (runs.size() > MAX_RUNS || sum > stored - consumed) {
      throw damaged();
    }
    return new Ranges(size, runs.stream().filter(run -> run.length() > 0).toList());
  }

  private static RefusedException damaged() {
    return RefusedException.invalid(
        "The archive is damaged: a sparse file's map does not fit its file.");
  }
}
