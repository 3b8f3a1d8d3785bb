package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import ctrenc.e2e.harness.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Subvolumes that processes in containers nest in their roots, with nothing but a shell. */
@Tag("kernel")
@Timeout(300)
class NestingTest extends DaemonCase {

  private static final String AS_ALICE =
      """
      mkdir /nest && echo outside > /nest/outside && chown -R 1000:1000 /nest
      exec setpriv --reuid 1000 --regid 1000 --clear-groups sh -ec '
      cd /nest
      %s'
      """;

  /** Runs a script in a container over the host's tree, as somebody without privilege. */
  private Command unprivileged(String script) {
    return daemon.cli("run", "--host", "--", "sh", "-ec", AS_ALICE.formatted(script));
  }

  private JsonArray quotas(String... arguments) {
    String[] all = new String[arguments.length + 2];
    all[0] = "quota";
    all[1] = "--json";
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    return JsonParser.parseString(daemon.cli(all).ok()).getAsJsonArray();
  }

  @Test
  void threeDeepWithoutPrivilegeEachUnderAKeyOfItsOwn() {
    String script =
        """
        at=.
        for depth in 1 2 3; do
          mkdir $at/.ctr-enc/subvolumes/n
          at=$at/n
          echo $depth > $at/f
          grep "^key " $at/.ctr-enc/info >> keys
        done
        grep "^key " .ctr-enc/info >> keys
        sort -u keys | wc -l
        cat n/f n/n/f n/n/n/f
        test "$(find . | grep -c ctr-enc)" = 0
        ln n/n/f n/g 2> errors || grep -c cross-device errors
        mv n/n n/moved && cat n/moved/n/f
        rmdir .ctr-enc/subvolumes/n
        ls
        """;
    assertThat(unprivileged(script).ok().lines())
        .containsExactly("4", "1", "2", "3", "1", "3", "errors", "keys", "outside");
    assertThat(daemon.state().resolve("segments")).isEmptyDirectory();
  }

  @Test
  void aHundredInARowLeaveNothing() {
    String script =
        """
        for i in $(seq 100); do
          mkdir .ctr-enc/subvolumes/c
          head -c 20000 /dev/zero > c/f
          grep "^key " c/.ctr-enc/info >> keys
          rmdir .ctr-enc/subvolumes/c
        done
        sort -u keys | wc -l
        test ! -e c && ls .ctr-enc/subvolumes
        """;
    assertThat(unprivileged(script).ok()).isEqualTo("100\n");
    assertThat(daemon.state().resolve("segments")).isEmptyDirectory();
  }

  @Test
  void nobodyReachesWhatIsNotHis() {
    String script =
        """
        no() { if "$@" 2> /dev/null; then echo "allowed: $*"; fi; }
        mkdir -m 700 d .ctr-enc/subvolumes/mine && echo secret > mine/f
        no mkdir /.ctr-enc/subvolumes/n
        no mkdir /etc/.ctr-enc/subvolumes/n
        no mkdir .ctr-enc/snapshots/s
        no mkdir .ctr-enc/forks/f
        no mkdir d/.ctr-enc
        no rmdir .ctr-enc
        no touch .ctr-enc/subvolumes/f .ctr-enc/f
        no chmod 777 .ctr-enc/subvolumes
        no mv -T d mine
        ln -s ../outside mine/link && cat mine/link
        exec 3< mine/f && mv mine d/ && cat - d/mine/f <&3 && cat d/mine/../../outside
        """;
    assertThat(unprivileged(script).ok().lines())
        .containsExactly("outside", "secret", "secret", "outside");
  }

  @Test
  void limitsBoundTheTreeAndAreShown() throws IOException {
    Path root = daemon.create("--empty", "r");
    nest(root, "n");
    JsonArray shown = quotas("--bytes", "4m", "--inodes", "1000", "r");
    assertThat(shown).hasSize(2);
    JsonObject nested = shown.get(1).getAsJsonObject();
    String id = nested.get("subvolume").getAsString();
    assertThat(nested.get("parent")).isEqualTo(shown.get(0).getAsJsonObject().get("subvolume"));
    assertThat(quotas("--bytes", "1m", "--subvolume", id.substring(0, 13), "r")).hasSize(1);
    assertThat(fill(root.resolve("n/f"))).isBetween(500_000L, 1L << 20);
    assertThat(fill(root.resolve("f"))).isBetween(2L << 20, 4L << 20);
    assertThat(Command.of("df", "--output=size", root.toString()).ok()).endsWith("4096\n");
    quotas("--bytes", "none", "--subvolume", id, "r");
    quotas("--bytes", "none", "--inodes", "40", "r");
    assertThat(touchAll(root.resolve("n"))).isBetween(25L, 37L);
    assertThat(Command.of("df", "--output=itotal,iavail", root.resolve("n").toString()).ok())
        .matches("(?s).* 40 +0\n");
    Command.of("rm", root.resolve("n/f1").toString()).ok();
    Command.of("mkdir", root.resolve("again").toString()).ok();
    quotas("--inodes", "none", "r");
    assertThat(daemon.cli("quota", "--bytes", "none", "r").ok()).contains(id);
    assertThat(daemon.cli("quota", "--bytes", "some", "r").run().exit()).isEqualTo(2);
    assertThat(daemon.cli("quota", "--subvolume", "x", "r").run().exit()).isEqualTo(3);
  }

  @Test
  void oneIsLockedAlone() throws IOException {
    Path root = daemon.create("--empty", "--keep", "r");
    nest(root, "a");
    nest(root.resolve("a"), "b");
    nest(root, "c");
    Files.writeString(root.resolve("a/b/f"), "secret");
    Files.writeString(root.resolve("c/f"), "open");
    String id = idOf(root.resolve("a"));
    daemon.cli("lock", "--subvolume", id.substring(0, 18), "r").ok();
    assertThat(Command.of("cat", root.resolve("a/b/f").toString()).run().err())
        .contains("Required key not available");
    assertThat(Command.of("ls", root.toString()).ok()).isEqualTo("a\nc\n");
    assertThat(root.resolve("c/f")).hasContent("open");
    daemon.cli("lock", "r").ok();
    daemon.cli("unlock", "r").ok();
    Path again = daemon.mount("r");
    assertThat(Command.of("cat", again.resolve("a/b/f").toString()).run().err())
        .contains("Required key not available");
    daemon.cli("unlock", "--subvolume", id, "r").ok();
    assertThat(again.resolve("a/b/f")).hasContent("secret");
    assertThat(daemon.cli("lock", "--subvolume", "x", "r").run().exit()).isEqualTo(3);
  }

  @Test
  void whatRemovalGivesBackIsTold() throws IOException {
    Path root = daemon.create("--empty", "r");
    nest(root, "n");
    Files.write(root.resolve("f"), new byte[1 << 20]);
    Files.write(root.resolve("n/f"), new byte[2 << 20]);
    daemon.cli("fork", "r", "other").ok();
    Files.write(root.resolve("g"), new byte[3 << 20]);
    Command.of("sync", "-f", root.toString()).ok();
    JsonArray lines = quotas("r");
    assertThat(mebibytes(lines.get(0), "exclusiveBytes")).isEqualTo(3);
    assertThat(mebibytes(lines.get(0), "sharedBytes")).isEqualTo(1);
    assertThat(mebibytes(lines.get(0), "treeExclusiveBytes")).isEqualTo(5);
    assertThat(mebibytes(lines.get(1), "exclusiveBytes")).isEqualTo(2);
    String inspected = daemon.cli("inspect", "--json", "r").ok();
    JsonObject shown = JsonParser.parseString(inspected).getAsJsonArray().get(0).getAsJsonObject();
    assertThat(mebibytes(shown, "exclusiveBytes")).isEqualTo(5);
    assertThat(mebibytes(shown, "sharedBytes")).isEqualTo(1);
    long before = onDisk();
    daemon.cli("rm", "r").ok();
    assertThat((before - onDisk()) >> 20).isEqualTo(5);
  }

  private static long mebibytes(JsonElement shown, String field) {
    return shown.getAsJsonObject().get(field).getAsLong() >> 20;
  }

  private long onDisk() {
    String segments = daemon.state().resolve("segments").toString();
    return Long.parseLong(Command.of("du", "-s", "-B1", segments).ok().split("\\s")[0]);
  }

  /** Makes files until it may not; returns how many. */
  private static long touchAll(Path directory) {
    String script =
        "cd " + directory + "; i=0; while touch f$i && test $i -lt 99; do i=$((i + 1)); done";
    Command.Result result = Command.sh(script + "; echo $i").run();
    assertThat(result.err()).contains("f" + result.out().strip() + "': Disk quota exceeded");
    return Long.parseLong(result.out().strip());
  }

  private static long fill(Path file) {
    Command.Result result =
        Command.of("dd", "if=/dev/zero", "of=" + file, "bs=64k", "count=128").run();
    assertThat(result.err()).contains("Disk quota exceeded");
    return file.toFile().length();
  }
}
