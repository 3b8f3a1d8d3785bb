package ctrenc.overlay.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Directory listings. */
public interface ListingContract {

  FileSystemUser user();

  private Set<String> listAll(long inode, int room, boolean plus) throws ErrnoException {
    Set<String> names = new HashSet<>();
    CollectingSink sink = new CollectingSink(room);
    long cookie = 0;
    do {
      sink.clear();
      user().fileSystem().readdir(inode, cookie, plus, sink);
      for (CollectingSink.Entry entry : sink.entries()) {
        assertThat(names.add(entry.name().toString())).as("twice: " + entry.name()).isTrue();
        entry
            .attributes()
            .ifPresent(attributes -> user().fileSystem().forget(attributes.inode(), 1));
        cookie = entry.cookie();
      }
    } while (!sink.entries().isEmpty());
    return names;
  }

  @Test
  default void listingsAreWholeHoweverTheyAreCut() throws ErrnoException {
    user().mkdir("/d");
    Set<String> expected = new HashSet<>(Set.of(".", ".."));
    for (int i = 0; i < 100; i++) {
      user().put("/d/file" + i, "");
      expected.add("file" + i);
    }
    long inode = user().inode("/d");
    for (int room : new int[] {1, 3, 50, 1000}) {
      assertThat(listAll(inode, room, false)).isEqualTo(expected);
      assertThat(listAll(inode, room, true)).isEqualTo(expected);
    }
  }

  @Test
  default void entriesTellInodeAndKind() throws ErrnoException {
    user().mkdir("/d");
    user().mkdir("/d/sub");
    user().symlink("/d/link", "x");
    long inode = user().inode("/d");
    CollectingSink sink = new CollectingSink(100);
    user().fileSystem().readdir(inode, 0, false, sink);
    for (CollectingSink.Entry entry : sink.entries()) {
      switch (entry.name().toString()) {
        case "." -> assertThat(entry.inode()).isEqualTo(inode);
        case ".." -> assertThat(entry.inode()).isEqualTo(FileSystem.ROOT);
        case "sub" -> {
          assertThat(entry.inode()).isEqualTo(user().inode("/d/sub"));
          assertThat(entry.type()).isEqualTo(4);
        }
        default -> assertThat(entry.type()).isEqualTo(10);
      }
    }
    assertThat(sink.names()).containsExactlyInAnyOrder(".", "..", "sub", "link");
  }

  @Test
  default void rewindingSeesWhatChanged() throws ErrnoException {
    user().mkdir("/d");
    user().put("/d/a", "");
    long inode = user().inode("/d");
    assertThat(listAll(inode, 10, false)).containsExactlyInAnyOrder(".", "..", "a");
    user().put("/d/b", "");
    user().unlink("/d/a");
    assertThat(listAll(inode, 10, false)).containsExactlyInAnyOrder(".", "..", "b");
  }

  @Test
  default void entriesThatStayAreListedOnceWhileOthersGo() throws ErrnoException {
    user().mkdir("/d");
    for (int i = 0; i < 40; i++) {
      user().put("/d/f" + i, "");
    }
    long inode = user().inode("/d");
    Set<String> seen = new HashSet<>();
    CollectingSink sink = new CollectingSink(5);
    long cookie = 0;
    user().fileSystem().readdir(inode, cookie, false, sink);
    while (!sink.entries().isEmpty()) {
      for (CollectingSink.Entry entry : sink.entries()) {
        assertThat(seen.add(entry.name().toString())).isTrue();
        cookie = entry.cookie();
        if (entry.type() == 8) {
          user().unlink("/d/" + entry.name());
        }
      }
      sink.clear();
      user().fileSystem().readdir(inode, cookie, false, sink);
    }
    assertThat(seen).hasSize(42);
    assertThat(user().list("/d")).isEmpty();
  }

  @Test
  default void listingsOfOneDirectoryDoNotDisturbEachOther() throws ErrnoException {
    user().mkdir("/d");
    Set<String> expected = new HashSet<>(Set.of(".", ".."));
    for (int i = 0; i < 60; i++) {
      user().put("/d/stays" + i, "");
      user().link("/d/stays" + i, "/d/other" + i);
      user().put("/d/goes" + i, "");
      expected.add("stays" + i);
      expected.add("other" + i);
    }
    long inode = user().inode("/d");
    Set<String> seen = new HashSet<>();
    CollectingSink sink = new CollectingSink(7);
    long cookie = 0;
    int step = 0;
    user().fileSystem().readdir(inode, cookie, false, sink);
    while (!sink.entries().isEmpty()) {
      for (CollectingSink.Entry entry : sink.entries()) {
        assertThat(seen.add(entry.name().toString())).as("twice: " + entry.name()).isTrue();
        cookie = entry.cookie();
      }
      if (step < 60) {
        user().unlink("/d/goes" + (59 - step));
        user().put("/d/comes" + step, "");
        step++;
      }
      listAll(inode, 50, false);
      sink.clear();
      user().fileSystem().readdir(inode, cookie, false, sink);
    }
    assertThat(step).isPositive();
    assertThat(seen).containsAll(expected);
  }

  @Test
  default void plusCarriesAttributesAndAReferenceOfAcceptedEntriesAlone() throws ErrnoException {
    user().mkdir("/d");
    user().put("/d/a", "12345");
    user().put("/d/b", "12345");
    long inode = user().inode("/d");
    CollectingSink sink = new CollectingSink(3);
    user().fileSystem().readdir(inode, 0, true, sink);
    assertThat(sink.entries()).hasSize(3);
    CollectingSink.Entry taken = sink.entries().getLast();
    assertThat(taken.attributes().orElseThrow().size()).isEqualTo(5);
    String other = taken.name().toString().equals("a") ? "b" : "a";
    long otherInode = user().inode("/d/" + other);
    user().unlink("/d/a");
    user().unlink("/d/b");
    assertThat(user().fileSystem().getattr(taken.inode()).links()).isZero();
    FileSystemUser.refused(Errno.ESTALE, () -> user().fileSystem().getattr(otherInode));
    user().fileSystem().forget(taken.inode(), 1);
  }
}
