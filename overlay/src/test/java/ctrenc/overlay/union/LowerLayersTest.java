package ctrenc.overlay.union;

import static ctrenc.overlay.vfs.FileSystemUser.pattern;

import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemContract;

/**
 * The contract on an upper over an image and two frozen layers, none of which has the contract's
 * names.
 */
final class LowerLayersTest extends FileSystemContract {

  @Override
  protected FileSystem create() throws Exception {
    ImageLayer image = new ImageLayer();
    long directory = image.directory(FileSystem.ROOT, "Image");
    image.file(directory, "File", 100_000);
    return new TestStack()
        .under(image)
        .below(
            user -> {
              user.mkdir("/Frozen");
              user.put("/Frozen/Big", pattern(1, 3_000_000));
            })
        .below(user -> user.put("/Small", "small"))
        .open();
  }
}
