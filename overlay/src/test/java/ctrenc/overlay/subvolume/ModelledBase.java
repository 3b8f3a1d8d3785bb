package ctrenc.overlay.subvolume;

import ctrenc.overlay.vfs.FileSystemUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What roots stand on, and what it shows. */
record ModelledBase(Base base, HeldFiles held) {

  static ModelledBase empty() {
    return new ModelledBase(new Base.Empty(), new HeldFiles());
  }

  static ModelledBase image(Images images) throws IOException {
    Path tree = images.newTree();
    HeldFiles held = fill(tree);
    return new ModelledBase(
        new Base.Image(images.add("base", "sha256:1", List.of(tree), indexed -> {}).id()), held);
  }

  static ModelledBase host(Path directory) throws IOException {
    return new ModelledBase(new Base.HostTree(directory), fill(directory));
  }

  /** Two files, a second name of one of them, and a link, which random changes will meet. */
  private static HeldFiles fill(Path tree) throws IOException {
    HeldFiles held = new HeldFiles();
    byte[] small = FileSystemUser.pattern(1, 3000);
    byte[] large = FileSystemUser.pattern(2, 1_500_000);
    Files.write(tree.resolve("f0"), small);
    held.add("/f0", new HeldObject.File(small, ""));
    Files.write(tree.resolve("f1"), large);
    held.add("/f1", new HeldObject.File(large, ""));
    Files.createLink(tree.resolve("f2"), tree.resolve("f1"));
    held.link("/f1", "/f2");
    Files.createSymbolicLink(tree.resolve("f3"), Path.of("to/f0"));
    held.add("/f3", new HeldObject.Link("to/f0"));
    return held;
  }

  /** The files of images are what they were, and no copies, after a crash. */
  static void moveImages(Path from, Path to) throws IOException {
    TreeRemover.remove(to.resolve("images"));
    Files.move(from.resolve("images"), to.resolve("images"));
  }
}
