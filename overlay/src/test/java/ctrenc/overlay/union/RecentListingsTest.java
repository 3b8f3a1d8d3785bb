package ctrenc.overlay.union;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.layer.DirectoryEntry.Child;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.Name;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecentListingsTest {

  private final RecentListings recent = new RecentListings();

  private static Listing listing(int children) {
    List<Child> all = new ArrayList<>();
    for (int i = 0; i < children; i++) {
      all.add(new Child(Name.of("name" + i), 100 + i, FileMode.direntType(FileMode.REGULAR)));
    }
    return new Listing(1, all);
  }

  @Test
  void theOldestGoWhereThereAreTooMany() {
    for (int inode = 1; inode <= 5; inode++) {
      recent.keep(inode, listing(20_000));
    }
    assertThat(recent.of(1)).isEmpty();
    assertThat(recent.of(5)).isPresent();
    assertThat(recent.of(4)).isPresent();
  }

  @Test
  void theNewestStaysHoweverLongItIs() {
    recent.keep(1, listing(100_000));
    assertThat(recent.of(1)).isPresent();
    recent.keep(2, listing(1));
    assertThat(recent.of(1)).isEmpty();
    assertThat(recent.of(2)).isPresent();
  }

  @Test
  void whatIsDroppedMakesRoom() {
    for (int i = 0; i < 50; i++) {
      recent.keep(7, listing(30_000));
      recent.drop(7);
      recent.drop(7);
    }
    recent.keep(1, listing(30_000));
    recent.keep(2, listing(30_000));
    assertThat(recent.of(1)).isPresent();
    assertThat(recent.of(2)).isPresent();
  }
}
