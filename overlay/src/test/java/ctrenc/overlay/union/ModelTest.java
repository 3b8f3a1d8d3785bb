package ctrenc.overlay.union;

import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Errno;
import ctrenc.overlay.vfs.ErrnoException;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.FileSystemUser;
import ctrenc.overlay.vfs.MemoryFileSystem;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random operations on a stack and on a plain model of a tree, which must agree at every step: on
 * every error, on every byte, on link counts and listings. Now and then the upper is frozen under
 * the filesystem in use; between the rounds the process dies, or the filesystem is closed and its
 * upper frozen under a new one.
 */
final class ModelTest {

  private static final int ROUNDS = 6;
  private static final int STEPS = 250;
  private static final String[] NAMES = {"a", "b", "c", "d"};
  private static final int[] SIZES = {1, 50, 2047, 2049, 5000, 70_000, 1_048_576, 1_200_000};

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void stackAndModelAgree(long seed) throws Exception {
    run(seed);
  }

  /** A fresh seed each time; it is printed, and a failing one belongs in the list above. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void stackAndModelAgreeOnAnySeed(int ignored) throws Exception {
    long seed = new Random().nextLong();
    System.out.println("model test with seed " + seed);
    run(seed);
  }

  private static void run(long seed) throws Exception {
    TestStack stack = new TestStack();
    stack.with(
        UnionOptions.of(stack.options().disk()).sealing(200_000, 1_000_000, Duration.ofMillis(5)));
    Run run = new Run(new Random(seed), new ModelTree());
    for (int round = 0; round < ROUNDS; round++) {
      OverlayFileSystem fileSystem = stack.open();
      run.user = new FileSystemUser(fileSystem);
      run.compareAll("after opening round " + round + " of seed " + seed);
      for (int step = 0; step < STEPS; step++) {
        run.step(seed + " round " + round + " step " + step);
        if (run.random.nextInt(50) == 0) {
          stack.freeze(fileSystem);
        }
      }
      run.compareAll("at the end of round " + round + " of seed " + seed);
      if (round % 2 == 0) {
        fileSystem.sync();
        stack.afterProcessDeath();
      }
      fileSystem.close();
      if (round % 2 == 1) {
        stack.freeze();
      }
    }
    assertThat(stack.findings()).isEmpty();
  }

  /** The state of one run. */
  private static final class Run {
    private final Random random;
    private final ModelTree model;
    private FileSystemUser user = new FileSystemUser(new MemoryFileSystem());

    Run(Random random, ModelTree model) {
      this.random = random;
      this.model = model;
    }

    private String somePath() {
      StringBuilder path = new StringBuilder();
      int depth = 1 + random.nextInt(3);
      for (int i = 0; i < depth; i++) {
        String parent = path.isEmpty() ? "/" : path.toString();
        if (!(model.find(parent).orElseThrow() instanceof ModelTree.Dir)) {
          break;
        }
        path.append('/').append(NAMES[random.nextInt(NAMES.length)]);
        if (model.find(path.toString()).isEmpty()) {
          break;
        }
      }
      return path.toString();
    }

    void step(String where) throws ErrnoException {
      String path = somePath();
      String other = somePath();
      String what = "seed " + where + " on " + path + " and " + other;
      switch (random.nextInt(12)) {
        case 0 -> agree(what + " mkdir", model.mkdir(path), () -> user.mkdir(path));
        case 1, 2 ->
            agree(what + " create", model.create(path), () -> user.mknod(path, 0100644, 0));
        case 3 -> agree(what + " unlink", model.remove(path, false), () -> user.unlink(path));
        case 4 -> agree(what + " rmdir", model.remove(path, true), () -> user.rmdir(path));
        case 5 -> agree(what + " link", model.link(path, other), () -> user.link(path, other));
        case 6 ->
            agree(
                what + " rename", model.rename(path, other, false), () -> user.rename(path, other));
        case 7 ->
            agree(
                what + " exchange",
                model.rename(path, other, true),
                () -> user.rename(path, other, FileSystem.RENAME_EXCHANGE));
        default -> changeFile(what, path, other);
      }
      if (random.nextInt(60) == 0) {
        user.fileSystem().sync();
      }
    }

    private void changeFile(String what, String path, String other) throws ErrnoException {
      if (!(model.find(path).orElse(null) instanceof ModelTree.File file)) {
        return;
      }
      int size = SIZES[random.nextInt(SIZES.length)];
      int offset =
          random.nextInt(3) == 0
              ? random.nextInt(100_000)
              : Math.min(file.content.length, random.nextInt(2) * size);
      switch (random.nextInt(6)) {
        case 0 -> {
          int length = random.nextInt(2) == 0 ? 0 : random.nextInt(200_000);
          file.content = Arrays.copyOf(file.content, length);
          user.truncate(path, length);
        }
        case 1 -> {
          Arrays.fill(
              file.content,
              Math.min(offset, file.content.length),
              Math.min(offset + size, file.content.length),
              (byte) 0);
          user.fileSystem().fallocate(user.inode(path), 0, offset, size, 3);
        }
        case 2 -> {
          file.mode = random.nextInt(01000);
          user.chmod(path, file.mode);
        }
        case 3 -> copyRange(path, file, other, offset, size);
        default -> {
          byte[] bytes = FileSystemUser.pattern(random.nextInt(), size);
          ModelTree.write(file, offset, bytes);
          if (random.nextBoolean()) {
            user.overwrite(path, offset, bytes);
          } else {
            user.write(user.inode(path), 0, offset, bytes);
          }
        }
      }
      same(user.read(path), file.content, what);
    }

    private void copyRange(String path, ModelTree.File file, String other, int offset, int size)
        throws ErrnoException {
      if (!(model.find(other).orElse(null) instanceof ModelTree.File to)
          || to == file
          || offset >= file.content.length) {
        return;
      }
      int length = Math.min(size, file.content.length - offset);
      int toOffset = random.nextInt(50_000);
      ModelTree.write(to, toOffset, Arrays.copyOfRange(file.content, offset, offset + length));
      user.copy(path, offset, other, toOffset, length);
    }

    private static void agree(String what, Optional<Errno> expected, FileSystemUser.Call call) {
      Optional<Errno> met = Optional.empty();
      try {
        call.run();
      } catch (ErrnoException e) {
        met = Optional.of(e.errno());
      }
      assertThat(met).as(what).isEqualTo(expected);
    }

    void compareAll(String when) throws ErrnoException {
      Map<ModelTree.File, Integer> links = new HashMap<>();
      count(model.root(), links);
      compare("", model.root(), links, when);
    }

    private static void count(ModelTree.Dir dir, Map<ModelTree.File, Integer> links) {
      for (ModelTree.Item item : dir.children.values()) {
        switch (item) {
          case ModelTree.Dir below -> count(below, links);
          case ModelTree.File file -> links.merge(file, 1, Integer::sum);
        }
      }
    }

    private void compare(
        String path, ModelTree.Dir dir, Map<ModelTree.File, Integer> links, String when)
        throws ErrnoException {
      String here = path.isEmpty() ? "/" : path;
      assertThat(user.list(here).keySet()).as(here + " " + when).isEqualTo(dir.children.keySet());
      long directories =
          dir.children.values().stream().filter(ModelTree.Dir.class::isInstance).count();
      assertThat(user.stat(here).links())
          .as("links of " + here + " " + when)
          .isEqualTo((int) directories + 2);
      for (Map.Entry<String, ModelTree.Item> child : dir.children.entrySet()) {
        String name = path + "/" + child.getKey();
        switch (child.getValue()) {
          case ModelTree.Dir below -> compare(name, below, links, when);
          case ModelTree.File file -> {
            Attributes attributes = user.stat(name);
            assertThat(attributes.size()).as(name + " " + when).isEqualTo(file.content.length);
            assertThat(attributes.links()).as(name + " " + when).isEqualTo(links.get(file));
            assertThat(attributes.mode() & 0777).as(name + " " + when).isEqualTo(file.mode);
            same(user.read(name), file.content, name + " " + when);
          }
        }
      }
    }
  }
}
