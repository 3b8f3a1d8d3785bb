package ctrenc.overlay.layer;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.OpenFlag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Caches keep to their bounds, never bring back what was replaced, and close no file that is in
 * use.
 */
class CachesTest {

  @TempDir Path temporary;

  @Test
  void slowReaderDoesNotBringBackWhatWasReplaced() {
    BoundedCache<String, String> cache = new BoundedCache<>(1 << 20, String::length);
    long ticket = cache.ticket("key");
    cache.put("key", "new");
    cache.offer("key", "old", ticket);
    assertThat(cache.get("key")).isEqualTo("new");
    long second = cache.ticket("key");
    cache.remove("key");
    cache.offer("key", "old", second);
    assertThat(cache.get("key")).isNull();
    cache.offer("key", "now", cache.ticket("key"));
    assertThat(cache.get("key")).isEqualTo("now");
  }

  @Test
  void cacheKeepsToItsBound() {
    int bound = 160_000;
    List<Integer> seen = new ArrayList<>();
    BoundedCache<Integer, byte[]> cache = new BoundedCache<>(bound, value -> value.length);
    for (int key = 0; key < 10_000; key++) {
      cache.put(key, new byte[100]);
    }
    for (int key = 0; key < 10_000; key++) {
      if (cache.get(key) != null) {
        seen.add(key);
      }
    }
    assertThat(seen.size()).isBetween(bound / 220 / 2, bound / 100);
    assertThat(cache.get(9_999)).isNotNull();
    cache.removeIf(key -> true);
    assertThat(cache.get(9_999)).isNull();
    cache.put(1, new byte[bound * 2]);
    assertThat(cache.get(1)).isNull();
  }

  @Test
  void fileInUseStaysOpenUntilItsLastLeaseEnds() throws IOException {
    HostFileCache cache = new HostFileCache(1);
    HostFileCache.Lease first = cache.lease(key(1), this::openFile);
    HostFileCache.Lease again = cache.lease(key(1), this::openFile);
    assertThat(again.file()).isSameAs(first.file());
    HostFileCache.Lease other = cache.lease(key(2), this::openFile);
    assertThat(first.file().isOpen()).isTrue();
    first.close();
    assertThat(again.file().isOpen()).isTrue();
    again.close();
    assertThat(again.file().isOpen()).isFalse();
    cache.close();
    assertThat(other.file().isOpen()).isTrue();
    other.close();
    assertThat(other.file().isOpen()).isFalse();
  }

  @Test
  void idleFileIsReusedAndForgottenOnDemand() throws IOException {
    HostFileCache cache = new HostFileCache(4);
    Descriptor descriptor;
    try (HostFileCache.Lease lease = cache.lease(key(1), this::openFile)) {
      descriptor = lease.file();
    }
    assertThat(descriptor.isOpen()).isTrue();
    try (HostFileCache.Lease lease = cache.lease(key(1), this::openFile)) {
      assertThat(lease.file()).isSameAs(descriptor);
    }
    cache.forgetLayer(2);
    assertThat(descriptor.isOpen()).isTrue();
    cache.forget(key(1));
    assertThat(descriptor.isOpen()).isFalse();
  }

  private static HostFileCache.Key key(long inode) {
    return new HostFileCache.Key(1, inode);
  }

  private Descriptor openFile() throws IOException {
    Path file = temporary.resolve("file");
    if (!Files.exists(file)) {
      Files.createFile(file);
    }
    return FileOpener.open(file, OpenFlag.READ_ONLY);
  }
}
