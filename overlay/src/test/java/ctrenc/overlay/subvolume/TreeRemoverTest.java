package ctrenc.overlay.subvolume;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trees go whole, whoever else removes them, and what links lead to stays. */
class TreeRemoverTest {

  @TempDir Path temporary;

  @Test
  void manyRemoveOneTree() throws Exception {
    Path tree = Files.createDirectory(temporary.resolve("tree"));
    for (int i = 0; i < 2000; i++) {
      Path directory = Files.createDirectories(tree.resolve("d" + i % 20 + "/e"));
      Files.createFile(directory.resolve("f" + i));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> removals = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        removals.add(
            threads.submit(
                () -> {
                  TreeRemover.remove(tree);
                  return null;
                }));
      }
      for (Future<?> removal : removals) {
        removal.get();
      }
    }
    assertThat(tree).doesNotExist();
  }

  @Test
  void linksAreNotFollowed() throws Exception {
    Path kept = Files.createFile(Files.createDirectory(temporary.resolve("other")).resolve("f"));
    Path tree = Files.createDirectory(temporary.resolve("tree"));
    Files.createSymbolicLink(tree.resolve("link"), kept.getParent());
    TreeRemover.remove(tree);
    TreeRemover.remove(tree);
    assertThat(tree).doesNotExist();
    assertThat(kept).exists();
  }
}
