package ctrenc.e2e.harness;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** A text that nobody else has, put into a root to be looked for elsewhere. */
public record Canary(String text) {

  private static final String PREFIX = "canary-";

  /** Writes and reads a canary in every way in which a root can hold something. */
  private static final String WORK =
      """
      cd "$1"
      printf %s "$2" > small; mkdir "$2"; ln -s "$2" link; setfattr -n user.note -v "$2" small
      for i in $(seq 1 40000); do printf '%s\\n' "$2"; done > large
      printf %s "$2" > "$2/$2"; printf %s "$2" >> large; mv "$2/$2" "$2/moved-$2"
      sync . small large; echo 3 > /proc/sys/vm/drop_caches
      cat small large "$2/moved-$2" > /dev/null; ls -lR . > /dev/null; readlink link
      getfattr -d small > /dev/null; cp large copy; cp --reflink=never small copied; truncate -s 70000 large; sync large; printf %s "$2" > unsynced
      """;

  public static Canary fresh() {
    return new Canary(PREFIX + UUID.randomUUID());
  }

  /** Fills a root with it: contents, names, link targets and attributes. */
  public void fill(Path root) throws IOException {
    Command.of("sh", "-euc", WORK, "work", root.toString(), text).ok();
  }

  /** What to look for: keys, and this. What it begins with is in the work's text too. */
  public Map<String, byte[]> with(Map<String, byte[]> keys) {
    Map<String, byte[]> things = new TreeMap<>(keys);
    things.put("canary", text.substring(PREFIX.length()).getBytes(StandardCharsets.US_ASCII));
    return things;
  }
}
