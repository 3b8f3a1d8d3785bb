package ctrenc.e2e.harness;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the product under test lies: the checkout that these tests were built from. */
public final class Installation {

  private Installation() {}

  /**
   * The checkout's top: the nearest directory above the working directory that holds the launcher.
   */
  public static Path top() {
    Path here = Path.of("").toAbsolutePath();
    for (Path directory = here; directory != null; directory = directory.getParent()) {
      if (Files.isExecutable(directory.resolve("cli/ctr-enc"))) {
        return directory;
      }
    }
    throw new IllegalStateException("no cli/ctr-enc above " + here);
  }

  public static String launcher() {
    return top().resolve("cli/ctr-enc").toString();
  }
}
