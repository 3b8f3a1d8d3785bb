package ctrenc.overlay.union;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;

import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemContract;
import java.util.List;

/**
 * The contract where a lower had most of the names that the suites use, and all of them were
 * removed.
 */
final class WhitedOutNamesTest extends FileSystemContract {

  private static final List<String> FILES =
      List.of("/f", "/g", "/one", "/old", "/from", "/to", "/again");
  private static final List<String> DIRECTORIES = List.of("/a", "/b", "/c", "/d", "/p", "/q");

  @Override
  protected FileSystem create() throws Exception {
    return new TestStack()
        .below(
            user -> {
              for (String file : FILES) {
                user.put(file, pattern(77, 5000));
              }
              for (String directory : DIRECTORIES) {
                user.mkdir(directory);
                user.put(directory + "/f", "hidden");
              }
            })
        .below(
            user -> {
              for (String file : FILES) {
                user.unlink(file);
              }
              for (String directory : DIRECTORIES) {
                user.unlink(directory + "/f");
                user.rmdir(directory);
              }
            })
        .open();
  }
}
