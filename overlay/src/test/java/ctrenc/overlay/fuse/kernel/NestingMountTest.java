package ctrenc.overlay.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.overlay.fuse.CacheMode;
import ctrenc.overlay.nest.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nested subvolumes on a real mount, from a shell, as root and as somebody who is not. */
@Tag("kernel")
@Timeout(120)
class NestingMountTest {

  private static final String ALICE = "setpriv --reuid 1000 --regid 1000 --clear-groups sh -c ";

  /** Nests three deep in home, and shows what is there then. */
  private static final String THREE_DEEP =
      """
      set -e
      at=home
      for depth in 1 2 3; do
        mkdir $at/.ctr-enc/subvolumes/n
        at=$at/n
        echo $depth > $at/f
        test "$(ls -A $at)" = f
      done
      cat home/n/f home/n/n/f home/n/n/n/f
      stat -c %u:%a home/n/n/n
      ls home/.ctr-enc/subvolumes home/.ctr-enc
      """;

  @TempDir Path home;
  private LiveRoot root;

  private LiveMount mount(CacheMode mode) throws IOException {
    root = new LiveRoot(Carrier.DEVICE, home);
    Files.writeString(root.image().resolve("of-the-image"), "image\n");
    return root.mount(mode);
  }

  @AfterEach
  void unmount() throws IOException {
    root.close();
  }

  @ParameterizedTest
  @EnumSource(CacheMode.class)
  void anUnprivilegedShellNestsThreeDeep(CacheMode mode) throws Exception {
    LiveMount live = mount(mode);
    live.run("mkdir home && chown 1000:1000 home && ls home && ! stat home/n");
    assertThat(live.run(ALICE + "'" + THREE_DEEP + "'").lines())
        .containsExactly(
            "1",
            "2",
            "3",
            "1000:755",
            "home/.ctr-enc:",
            "forks",
            "images",
            "info",
            "recursive-snapshots",
            "snapshots",
            "subvolumes",
            "",
            "home/.ctr-enc/subvolumes:",
            "n");
    assertThat(
            live.run(
                "find home -name '.ctr-enc' | wc -l; find . -printf '%i\\n' | sort | uniq -d | wc -l"))
        .isEqualTo("0\n0");
    assertThat(live.run("cat of-the-image home/n/.ctr-enc/info | head -2 | cut -d' ' -f1"))
        .isEqualTo("image\nsubvolume");
  }

  @Test
  void whoMayNotWriteMayNotNest() throws Exception {
    LiveMount live = mount(CacheMode.WRITEBACK);
    live.run("mkdir shut open sticky && chmod 755 shut && chmod 777 open && chmod 1777 sticky");
    assertThat(live.run(ALICE + "'! mkdir shut/.ctr-enc/subvolumes/n 2>&1'"))
        .contains("Permission denied");
    assertThat(live.run(ALICE + "'! mkdir open/.ctr-enc/snapshots/s 2>&1'"))
        .contains("Permission denied");
    live.run("chmod 777 shut");
    live.run(ALICE + "'mkdir shut/.ctr-enc/subvolumes/n open/.ctr-enc/subvolumes/n'");
    live.run("mkdir sticky/.ctr-enc/subvolumes/n && chmod 777 sticky/n && touch sticky/n/f");
    assertThat(live.run(ALICE + "'! rmdir sticky/.ctr-enc/subvolumes/n 2>&1'"))
        .contains("Operation not permitted");
    live.run("setfacl -m u:1001:rwx shut 2>/dev/null || chmod 777 shut");
    live.run("chmod 700 shut");
    assertThat(live.run(ALICE + "'! ls shut/n 2>&1'")).contains("Permission denied");
  }

  @ParameterizedTest
  @EnumSource(CacheMode.class)
  void whatIsGoneIsGoneForWhoUsesIt(CacheMode mode) throws Exception {
    LiveMount live = mount(mode);
    String script =
        """
        mkdir .ctr-enc/subvolumes/n n/.ctr-enc/subvolumes/m && echo secret > n/m/f && mkdir d
        exec 3< n/m/f
        ls n/m > /dev/null
        ! mv d/. n/m 2> /dev/null
        ! ln n/m/f d/f 2> /dev/null
        mv n/m/f d/f && test "$(cat d/f)" = secret && mv d/f n/m/f
        cp --reflink=auto n/m/f d/copy && cmp d/copy n/m/f
        ! rmdir n 2> /dev/null
        exec 4< n/m/f
        rmdir .ctr-enc/subvolumes/n
        ! cat <&4 2> /dev/null
        test "$(ls)" = "$(printf 'd\\nof-the-image')"
        ! stat n 2> /dev/null
        mkdir n && test -z "$(ls -A n)" && rmdir n
        mkdir .ctr-enc/subvolumes/n && rm -r n && ! stat n 2> /dev/null
        """;
    live.run(script.strip().replace("\n", " && \n").replace("&& \n!", "&& \n!"));
    assertThat(root.findings()).isEmpty();
  }

  /** What a subvolume's owner keeps, and anybody reads who may, at two places at once. */
  private static final String KEEPS_AND_READS =
      """
      set -e
      mkdir n/d && echo before > n/d/f && chmod 600 n/d/f && echo gone > n/d/g && sync n/d/f n/d/g
      mkdir n/.ctr-enc/snapshots/s
      echo after > n/d/f && rm n/d/g
      s=n/.ctr-enc/snapshots/s
      cat $s/d/f $s/d/g n/d/.ctr-enc/snapshots/s/f n/d/f
      ls -A n/.ctr-enc/snapshots $s $s/d n/d/.ctr-enc/snapshots/s | sed "s,.*/,," | xargs
      env -C $s/d sh -c "cat f ../../../../d/f; cp g ../../../../d/g"
      cat n/d/g
      for try in "touch $s/d/f" "touch $s/new" "rm $s/d/f" "rm -r $s/d" "mkdir $s/x" "mv $s/d $s/e" \
          "ln $s/d/f $s/l" "truncate -s 0 $s/d/f" "dd if=/dev/zero of=$s/d/f conv=notrunc count=1"; do
        $try 2>&1 | grep -o "Read-only file system"
      done | sort | uniq -c | xargs
      ! mkdir $s/.ctr-enc/subvolumes/n 2> /dev/null
      find n n/d/.ctr-enc/snapshots/s $s -printf "%i\\n" | sort | uniq -d | wc -l
      """;

  @ParameterizedTest
  @EnumSource(CacheMode.class)
  void snapshotsAreReadFromInside(CacheMode mode) throws Exception {
    LiveMount live = mount(mode);
    live.run("mkdir .ctr-enc/subvolumes/n && chown 1000:1000 n");
    assertThat(live.run(ALICE + "'" + KEEPS_AND_READS + "'").lines())
        .containsExactly(
            "before",
            "gone",
            "before",
            "after",
            "snapshots: s s: d d: f g s: f g",
            "before",
            "after",
            "gone",
            "10 Read-only file system",
            "0");
    readsOfTheRoot(live);
    whoUsesItWhenItGoesIsTold(live);
    assertThat(root.findings()).isEmpty();
  }

  private static void readsOfTheRoot(LiveMount live) throws Exception {
    live.run(
        "mkdir .ctr-enc/snapshots/top && echo x > later && cat .ctr-enc/snapshots/top/of-the-image");
    assertThat(live.run("ls .ctr-enc/snapshots/top; cat of-the-image"))
        .isEqualTo("n\nof-the-image\nimage");
    String bob = "setpriv --reuid 1001 --regid 1001 --clear-groups sh -c ";
    assertThat(
            live.run(
                bob + "'! cat n/.ctr-enc/snapshots/s/d/f 2>&1; cat n/d/.ctr-enc/snapshots/s/g'"))
        .contains("Permission denied")
        .endsWith("gone");
  }

  private static void whoUsesItWhenItGoesIsTold(LiveMount live) throws Exception {
    String use =
        """
        exec 3< n/.ctr-enc/snapshots/s/d/g
        rmdir n/.ctr-enc/snapshots/s && sync n/d/f
        cat <&3 2>&1 | grep -o -m 1 "Stale file handle"
        ls n/.ctr-enc/snapshots
        mkdir n/.ctr-enc/snapshots/s && cat n/.ctr-enc/snapshots/s/d/f
        """;
    assertThat(live.run(use)).isEqualTo("Stale file handle\nafter");
  }

  @ParameterizedTest
  @EnumSource(CacheMode.class)
  void theCallThatPassesALimitIsToldSo(CacheMode mode) throws Exception {
    LiveMount live = mount(mode);
    live.run("mkdir .ctr-enc/subvolumes/n");
    root.limitAll(new Limits(1 << 20, 0));
    assertThat(live.run("! dd if=/dev/zero of=n/f bs=64k count=64 conv=fsync 2>&1"))
        .contains("Disk quota exceeded")
        .contains("error writing");
    assertThat(live.run("stat -f -c '%S %b' n")).isEqualTo("4096 256");
    assertThat(live.run("test $(stat -c %s n/f) -lt 1048576 && rm n/f && echo x > n/g && cat n/g"))
        .isEqualTo("x");
  }
}
