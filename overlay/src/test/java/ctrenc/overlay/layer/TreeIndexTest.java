package ctrenc.overlay.layer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.audit.Finding;
import ctrenc.overlay.meta.MemoryMetaStore;
import ctrenc.overlay.meta.MetaStore;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.FileSystem;
import ctrenc.overlay.vfs.HostFile;
import ctrenc.overlay.vfs.Name;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plain layers over real directories: complete, lazy and merged. */
class TreeIndexTest {

  private static final UUID ID = new UUID(1, 2);

  @TempDir Path temporary;
  private final MetaStore meta = new MemoryMetaStore();
  private final List<Finding> findings = new ArrayList<>();
  private final RecordCache cache = new RecordCache(1 << 20);
  private final HostFileCache openFiles = new HostFileCache(2);
  private HostTreeFixture tree;

  @BeforeEach
  void build() throws IOException {
    tree = new HostTreeFixture(temporary.resolve("tree"));
  }

  @Test
  void everyKindOfObjectIsIndexed() throws IOException {
    tree.zoo();
    try (PlainLayer layer = complete(1, tree.root())) {
      SortedMap<String, String> shown = TreeSnapshot.of(layer);
      assertThat(shown).hasSize(17);
      InodeRecord plain = find(layer, "plain");
      assertThat(plain.mode()).isEqualTo(FileMode.REGULAR | 06751);
      assertThat(plain.links()).isEqualTo(3);
      assertThat(plain.uid()).isEqualTo(1000);
      assertThat(plain.xattrs().get(Name.of("user.comment"))).isEqualTo("hello".getBytes(UTF_8));
      assertThat(find(layer, "link").xattrs()).containsKey(Name.of("trusted.mark"));
      assertThat(find(layer, "sub").links()).isEqualTo(3);
      assertThat(find(layer, "null").rdev()).isEqualTo(0x103);
      assertThat(find(layer, "sub/other").xattrs()).containsKey(Name.of("security.capability"));
      assertThat(layer.entry(FileSystem.ROOT, Name.of(HostTreeFixture.ODD_NAME))).isPresent();
      assertThat(text(layer, "sub/deep/third name")).isEqualTo("content of plain");
      assertThat(layer.inode(layer.inodeCeiling())).isEmpty();
      assertThat(layer.inode(layer.inodeCeiling() - 1)).isPresent();
    }
  }

  @Test
  void lazyShowsTheSameInAnyOrderAndAfterReopening() throws IOException {
    tree.zoo();
    try (PlainLayer complete = complete(1, tree.root());
        PlainLayer lazy = lazy(2)) {
      assertThat(text(lazy, "sub/deep/leaf")).isEqualTo("leaf");
      assertThat(TreeSnapshot.of(lazy)).isEqualTo(TreeSnapshot.of(complete));
    }
    try (PlainLayer again = lazy(2);
        PlainLayer complete = complete(3, tree.root())) {
      assertThat(TreeSnapshot.of(again)).isEqualTo(TreeSnapshot.of(complete));
    }
  }

  @Test
  void childrenHaveNeighbouringNumbers() throws IOException {
    tree.zoo();
    try (PlainLayer layer = complete(1, tree.root())) {
      List<Long> numbers = new ArrayList<>();
      layer.entries(FileSystem.ROOT, entry -> numbers.add(((DirectoryEntry.Child) entry).inode()));
      for (int i = 0; i < numbers.size(); i++) {
        assertThat(numbers.get(i)).isEqualTo(FileSystem.ROOT + 1 + i);
      }
    }
  }

  @Test
  void whatWasSeenStays() throws IOException {
    tree.file("seen", "1").file("sub/unseen", "2");
    try (PlainLayer lazy = lazy(1)) {
      assertThat(lazy.entry(FileSystem.ROOT, Name.of("seen"))).isPresent();
      tree.file("late", "3").file("sub/late", "4");
      assertThat(lazy.entry(FileSystem.ROOT, Name.of("late"))).isEmpty();
      assertThat(find(lazy, "sub/late").size()).isEqualTo(1);
    }
    try (PlainLayer again = lazy(1)) {
      assertThat(again.entry(FileSystem.ROOT, Name.of("late"))).isEmpty();
    }
  }

  @Test
  void fewNamesOfALargeDirectoryAreIndexedAlone() throws IOException {
    large();
    try (PlainLayer lazy = lazy(1)) {
      assertThat(lazy.entry(FileSystem.ROOT, Name.of("absent"))).isEmpty();
      assertThat(find(lazy, longName(7)).size()).isEqualTo(1);
      assertThat(find(lazy, "sub/leaf").size()).isEqualTo(4);
      tree.file("absent", "late").file(longName(7), "grown").file("sub/late", "");
      assertThat(find(lazy, longName(7)).size()).as("stays as it was seen").isEqualTo(1);
      assertThat(find(lazy, "absent").size()).as("was not seen before").isEqualTo(4);
      assertThat(lazy.entry(inodeOf(lazy, "sub"), Name.of("late"))).as("small: whole").isEmpty();
    }
  }

  @Test
  void manyNamesOfALargeDirectoryAreIndexedWithTheRest() throws IOException {
    large();
    try (PlainLayer lazy = lazy(1)) {
      for (int i = 0; i < 33; i++) {
        assertThat(find(lazy, longName(i)).size()).isEqualTo(1);
      }
      tree.file("late", "");
      assertThat(lazy.entry(FileSystem.ROOT, Name.of("late"))).isEmpty();
    }
  }

  @Test
  void namesThatWereIndexedAloneShowOnceAmongTheRest() throws IOException {
    large();
    Files.createLink(tree.root().resolve("other name"), tree.root().resolve(longName(3)));
    try (PlainLayer lazy = lazy(1)) {
      long alone = inodeOf(lazy, longName(3));
      assertThat(find(lazy, "sub/leaf").size()).isEqualTo(4);
      assertThat(inodeOf(lazy, "other name")).isEqualTo(alone);
    }
    try (PlainLayer again = lazy(1);
        PlainLayer complete = complete(2, tree.root())) {
      assertThat(TreeSnapshot.of(again)).isEqualTo(TreeSnapshot.of(complete));
    }
  }

  @Test
  void namesThatWereIndexedAloneStayWhereTheDirectoryShrank() throws IOException {
    large("big/");
    long alone;
    try (PlainLayer lazy = lazy(1)) {
      alone = inodeOf(lazy, "big/" + longName(7));
    }
    for (int i = 0; i < 300; i++) {
      Files.delete(tree.root().resolve("big/" + longName(i)));
    }
    Files.delete(tree.root().resolve("big"));
    tree.file("big/" + longName(7), "other").file("big/new", "");
    try (PlainLayer again = lazy(1)) {
      assertThat(inodeOf(again, "big/new")).isNotEqualTo(alone);
      assertThat(inodeOf(again, "big/" + longName(7))).isEqualTo(alone);
    }
  }

  /** A directory that its filesystem keeps in more than one block. */
  private void large() throws IOException {
    large("");
    tree.file("sub/leaf", "leaf");
  }

  private void large(String directory) throws IOException {
    for (int i = 0; i < 300; i++) {
      tree.file(directory + longName(i), "1");
    }
    assertThat(Files.size(tree.root().resolve(directory))).isGreaterThan(4096);
  }

  private static String longName(int number) {
    return "a name that is long enough " + number;
  }

  @Test
  void changedFileIsIndexedAgainAndReported() throws IOException {
    tree.file("f", "before").file("other", "").file("third", "");
    try (PlainLayer lazy = lazy(1)) {
      assertThat(text(lazy, "f")).isEqualTo("before");
      Files.writeString(tree.root().resolve("f"), "after, and longer");
      assertThat(TestLayers.read(lazy, inodeOf(lazy, "f"), 6)).isEqualTo("after,".getBytes(UTF_8));
      assertThat(findings).extracting(Finding::kind).containsExactly(Finding.Kind.HOST_CHANGED);
      assertThat(find(lazy, "f").size()).isEqualTo(17);
      assertThat(text(lazy, "f")).isEqualTo("after, and longer");
      assertThat(findings).hasSize(1);
    }
  }

  @Test
  void replacedFileIsReadOnWhileItIsOpenAndIndexedAgainLater() throws IOException {
    tree.file("f", "before");
    try (PlainLayer lazy = lazy(1)) {
      assertThat(text(lazy, "f")).isEqualTo("before");
      Files.writeString(temporary.resolve("new"), "after!");
      Files.move(
          temporary.resolve("new"), tree.root().resolve("f"), StandardCopyOption.REPLACE_EXISTING);
      assertThat(text(lazy, "f")).isEqualTo("before");
      openFiles.close();
      assertThat(text(lazy, "f")).isEqualTo("after!");
      assertThat(findings).hasSize(1);
    }
  }

  @Test
  void hostFileIsHandedOutOnlyAsItWasIndexed() throws IOException {
    tree.file("f", "before");
    try (PlainLayer lazy = lazy(1)) {
      FileRun run = lazy.run(inodeOf(lazy, "f"), 0).orElseThrow();
      try (HostFile file = lazy.hostFile(run).orElseThrow();
          HostFile again = lazy.hostFile(run).orElseThrow()) {
        assertThat(file.size()).isEqualTo(6);
        assertThat(again.fingerprint()).isEqualTo(file.fingerprint());
        Files.writeString(tree.root().resolve("f"), "after, and longer");
        assertThat(lazy.hostFile(run)).isEmpty();
        assertThat(findings).extracting(Finding::kind).containsExactly(Finding.Kind.HOST_CHANGED);
        try (HostFile changed = lazy.hostFile(run).orElseThrow()) {
          assertThat(changed.size()).isEqualTo(17);
          assertThat(changed.fingerprint()).isNotEqualTo(file.fingerprint());
        }
      }
      Files.delete(tree.root().resolve("f"));
      openFiles.close();
      assertThatThrownBy(() -> lazy.hostFile(run)).isInstanceOf(HostFileChangedException.class);
    }
  }

  @Test
  void holesOfHostFilesAreKnown() throws IOException {
    int mib = 1 << 20;
    try (RandomAccessFile file =
        new RandomAccessFile(tree.root().resolve("sparse").toFile(), "rw")) {
      file.seek(mib);
      file.write(new byte[mib]);
      file.setLength(4 * mib);
    }
    try (PlainLayer layer = complete(1, tree.root())) {
      FileRun run = layer.run(inodeOf(layer, "sparse"), 0).orElseThrow();
      assertThat(layer.seek(run, 0, true)).isZero();
      assertThat(layer.seek(run, 0, false)).isEqualTo(mib);
      assertThat(layer.seek(run, mib + 5, false)).isEqualTo(mib + 5);
      assertThat(layer.seek(run, mib + 5, true)).isEqualTo(2 * mib);
      assertThat(layer.seek(run, 2 * mib, false)).isEqualTo(4 * mib);
      Files.writeString(tree.root().resolve("sparse"), "another file by now");
      assertThat(layer.seek(run, 0, false)).as("reading it will tell").isZero();
    }
  }

  @Test
  void vanishedAndShortenedFilesAreNotServed() throws IOException {
    tree.file("gone", "bytes").file("short", "many bytes").file("kind", "bytes");
    try (PlainLayer layer = complete(1, tree.root())) {
      FileRun shortRun = layer.run(inodeOf(layer, "short"), 0).orElseThrow();
      Files.delete(tree.root().resolve("gone"));
      Files.writeString(tree.root().resolve("short"), "few");
      Files.delete(tree.root().resolve("kind"));
      Files.createSymbolicLink(tree.root().resolve("kind"), Path.of("short"));
      assertThatThrownBy(() -> text(layer, "gone")).isInstanceOf(HostFileChangedException.class);
      assertThatThrownBy(() -> text(layer, "kind")).isInstanceOf(HostFileChangedException.class);
      assertThatThrownBy(() -> readRun(layer, shortRun))
          .isInstanceOf(HostFileChangedException.class);
      assertThat(findings).hasSize(3);
    }
  }

  @Test
  void vanishedDirectoryIsNotServed() throws IOException {
    tree.directory("sub");
    try (PlainLayer lazy = lazy(1)) {
      long sub = inodeOf(lazy, "sub");
      Files.delete(tree.root().resolve("sub"));
      assertThatThrownBy(() -> lazy.entry(sub, Name.of("x")))
          .isInstanceOf(HostFileChangedException.class);
    }
  }

  @Test
  void hiddenDirectoriesShowEmpty() throws IOException {
    tree.file("state/secret", "s").file("seen/file", "f");
    HostTree open = HostTree.open(tree.root());
    List<Path> hidden = List.of(tree.root().resolve("state"));
    try (PlainLayer lazy = PlainLayer.lazy(place(1), ID, open, hidden, openFiles)) {
      assertThat(TreeSnapshot.of(lazy)).hasSize(3);
      assertThat(find(lazy, "state").links()).isEqualTo(2);
    }
  }

  @Test
  void pathsLongerThanTheKernelTakesAreRead() throws IOException {
    String name = "d".repeat(250);
    tree.deep(name, 20, "leaf", "deep");
    try (PlainLayer lazy = lazy(1)) {
      assertThat(text(lazy, (name + "/").repeat(20) + "leaf")).isEqualTo("deep");
    } finally {
      tree.removeDeep(name);
    }
  }

  @Test
  void whiteoutsOfImageLayersAreResolved() throws IOException {
    tree.file("a/one", "low").file("a/two", "low").file("b/x", "low").file("c", "low");
    tree.file("d/keep", "low").file("e/f/g", "low").file("h", "low").directory("i");
    HostTreeFixture middle = new HostTreeFixture(temporary.resolve("middle"));
    middle.file("a/.wh.one", "").file("b/.wh..wh..opq", "").file("b/y", "mid");
    middle.file("c/dir", "mid").file("a/three", "mid").node("h", 0020000, 0);
    middle.file(".wh.e", "").file("e/new", "mid").file("i", "mid").file(".wh..wh.plnk", "");
    HostTreeFixture high = new HostTreeFixture(temporary.resolve("high"));
    high.file("d/top", "top").file("a/one", "top").file("h", "top");
    high.directory("e").xattr("e", "trusted.overlay.opaque", new byte[] {'y'});
    try (PlainLayer layer = complete(1, tree.root(), middle.root(), high.root())) {
      assertThat(names(layer, FileSystem.ROOT)).containsExactly("a", "b", "c", "d", "e", "h", "i");
      assertThat(names(layer, inodeOf(layer, "a"))).containsExactly("one", "three", "two");
      assertThat(text(layer, "a/one")).isEqualTo("top");
      assertThat(text(layer, "a/two")).isEqualTo("low");
      assertThat(names(layer, inodeOf(layer, "b"))).containsExactly("y");
      assertThat(names(layer, inodeOf(layer, "c"))).containsExactly("dir");
      assertThat(names(layer, inodeOf(layer, "d"))).containsExactly("keep", "top");
      assertThat(names(layer, inodeOf(layer, "e"))).isEmpty();
      assertThat(find(layer, "e").xattrs()).isEmpty();
      assertThat(text(layer, "h")).isEqualTo("top");
      assertThat(find(layer, "i").isRegular()).isTrue();
    }
  }

  @Test
  void loneTreeShowsItsWhiteoutsAsTheyAre() throws IOException {
    tree.file(".wh.x", "").node("zero", 0020000, 0);
    try (PlainLayer layer = complete(1, tree.root())) {
      assertThat(names(layer, FileSystem.ROOT)).containsExactly(".wh.x", "zero");
    }
  }

  private PlainLayer complete(long number, Path... roots) throws IOException {
    List<HostTree> trees = new ArrayList<>();
    for (Path root : roots) {
      trees.add(HostTree.open(root));
    }
    TreeIndexer.index(place(number), ID, trees, files -> {});
    return PlainLayer.open(place(number), ID, trees, openFiles);
  }

  private LayerPlace place(long number) {
    return new LayerPlace(meta, number, cache, findings::add);
  }

  private PlainLayer lazy(long number) throws IOException {
    return PlainLayer.lazy(place(number), ID, HostTree.open(tree.root()), List.of(), openFiles);
  }

  private static long inodeOf(Layer layer, String path) throws IOException {
    long inode = FileSystem.ROOT;
    for (String name : path.split("/")) {
      inode = ((DirectoryEntry.Child) layer.entry(inode, Name.of(name)).orElseThrow()).inode();
    }
    return inode;
  }

  private static InodeRecord find(Layer layer, String path) throws IOException {
    return layer.inode(inodeOf(layer, path)).orElseThrow();
  }

  private static String text(Layer layer, String path) throws IOException {
    InodeRecord record = find(layer, path);
    return new String(TestLayers.read(layer, inodeOf(layer, path), (int) record.size()), UTF_8);
  }

  private static byte[] readRun(Layer layer, FileRun run) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment target = arena.allocate(run.length());
      layer.read(run, 0, target);
      return target.toArray(ValueLayout.JAVA_BYTE);
    }
  }

  private static List<String> names(Layer layer, long directory) throws IOException {
    List<String> names = new ArrayList<>();
    layer.entries(directory, entry -> names.add(entry.name().toString()));
    return names;
  }
}
