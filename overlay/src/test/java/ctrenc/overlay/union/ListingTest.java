package ctrenc.overlay.union;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.layer.DirectoryEntry.Child;
import ctrenc.overlay.vfs.FileMode;
import ctrenc.overlay.vfs.Name;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ListingTest {

  private static Child child(String name, long inode) {
    return new Child(Name.of(name), inode, FileMode.direntType(FileMode.REGULAR));
  }

  private static Map<Name, Long> cookies(Listing listing) {
    Map<Name, Long> cookies = new HashMap<>();
    for (int i = 0; i < listing.size(); i++) {
      cookies.put(listing.child(i).name(), listing.cookie(i));
    }
    return cookies;
  }

  @Test
  void aChildKeepsItsPlaceWhateverElseIsThere() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    List<Child> all = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      all.add(child("file" + i, 1 + i / 2));
    }
    Map<Name, Long> places = cookies(new Listing(0, all));
    assertThat(places.values()).doesNotHaveDuplicates().allMatch(cookie -> cookie > 2);
    Collections.shuffle(all, random);
    Listing some = new Listing(0, all.subList(0, 700));
    assertThat(places).containsAllEntriesOf(cookies(some));
    for (int i = 0; i < some.size(); i++) {
      assertThat(some.after(some.cookie(i))).isEqualTo(i + 1);
      assertThat(some.after(some.cookie(i) - 1)).isEqualTo(i);
    }
  }

  @Test
  void namesOfOneInodeWithOneHashHavePlacesOfTheirOwn() {
    // "Aa" and "BB" are the best known strings with one hash, here as in java.lang.String.
    Listing listing = new Listing(0, List.of(child("BB", 5), child("Aa", 5), child("x", 6)));
    assertThat(cookies(listing).values()).doesNotHaveDuplicates();
    assertThat(listing.child(0).name()).isEqualTo(Name.of("Aa"));
    assertThat(listing.child(1).name()).isEqualTo(Name.of("BB"));
  }

  @Test
  void childrenComeInTheOrderOfTheirInodes() {
    Listing listing = new Listing(0, List.of(child("c", 1L << 40), child("a", 9), child("b", 2)));
    assertThat(listing.child(0).inode()).isEqualTo(2);
    assertThat(listing.child(1).inode()).isEqualTo(9);
    assertThat(listing.child(2).inode()).isEqualTo(1L << 40);
    assertThat(listing.after(0)).isZero();
    assertThat(listing.after(Long.MAX_VALUE)).isEqualTo(3);
  }
}
