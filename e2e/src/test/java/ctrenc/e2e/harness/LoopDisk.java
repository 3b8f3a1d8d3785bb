package ctrenc.e2e.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An ext4 filesystem in a file. {@link #losePower} copies the file as it is: what the filesystem
 * had not written to its device is not in the copy, which is what a machine finds after the power
 * went.
 */
public final class LoopDisk implements AutoCloseable {

  private final Path image;
  private final Path point;

  private LoopDisk(Path image, Path point) {
    this.image = image;
    this.point = point;
  }

  public static LoopDisk make(Path directory, String size) throws IOException {
    Path image = directory.resolve("disk.ext4");
    Command.sh("truncate -s " + size + " " + image + " && mkfs.ext4 -q -F " + image).ok();
    return mount(image, Files.createDirectories(directory.resolve("disk")));
  }

  private static LoopDisk mount(Path image, Path point) {
    Command.of("mount", "-o", "loop", image.toString(), point.toString()).ok();
    return new LoopDisk(image, point);
  }

  /** The file that the whole of it lies in. */
  public Path image() {
    return image;
  }

  public Path point() {
    return point;
  }

  /** What a machine would find after losing power now, mounted at a place of its own. */
  public LoopDisk losePower(String name) throws IOException {
    Path copy = image.resolveSibling(name + ".ext4");
    Command.of("cp", "--sparse=always", image.toString(), copy.toString()).ok();
    return mount(copy, Files.createDirectories(image.resolveSibling(name)));
  }

  @Override
  public void close() {
    Command.of("umount", point.toString()).ok();
  }
}
