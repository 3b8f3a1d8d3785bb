package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.NestingDaemon;
import ctrenc.e2e.harness.TestDaemon;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What people without privilege do by the command line with what they nest in a container. */
@Tag("kernel")
@Timeout(300)
class NestedCallerTest {

  private static final String PEOPLE =
      """
      chmod 755 /; mkdir -m 777 /both; cd /both
      as() { setpriv --reuid $1 --regid $1 --clear-groups sh -ec "$2"; }
      """;

  private static final String NESTING =
      """
      as 1000 '
        ctr-enc create mine; echo before > mine/f
        ctr-enc create --image debian mine/tools; ls mine/tools/etc/passwd
        ctr-enc ls; ctr-enc inspect mine | grep "^owner"
        ctr-enc snapshot create mine@s; echo after > mine/f; cat mine/.ctr-enc/snapshots/s/f
        ctr-enc create mine 2>&1 || echo $?'
      as 1001 '
        ctr-enc snapshot create mine@t 2>&1 || echo $?
        ctr-enc rm mine 2>&1 || echo $?
        ctr-enc create --fork other 2>&1 || echo $?
        ctr-enc mount mine 2>&1 || echo $?
        cat mine/f'
      as 1000 'ctr-enc snapshot rm mine@s; ctr-enc snapshot ls mine; ctr-enc rm mine; ls'
      """;

  private static final String NESTING_SAYS =
      """
      /both/mine
      /both/mine/tools
      mine/tools/etc/passwd
      /both/mine
      owner 1000
      /both/mine/.ctr-enc/snapshots/s
      before
      ctr-enc: cannot make /both/.ctr-enc/subvolumes/mine: the name is taken
      4
      ctr-enc: cannot make /both/mine/.ctr-enc/snapshots/t: it is not yours to
      7
      ctr-enc: cannot remove /both/.ctr-enc/subvolumes/mine: operation not permitted
      7
      ctr-enc: cannot make /both/.ctr-enc/forks/other: operation not permitted
      7
      ctr-enc: 'mount' is not offered inside a container, call it on the host: see 'ctr-enc --help'
      2
      after
      /both/mine
      """;

  private static final String LOCKING =
      """
      as 1000 '
        echo pass > /both/pass; echo other > /both/other
        ctr-enc create mine; echo secret > mine/f
        ctr-enc key add mine --protect machine 2>&1 || echo $?
        ctr-enc key add mine --protect passphrase --passphrase-file /both/pass
        (cd mine; exec sleep 600) & sleeper=$!
        until [ "$(readlink /proc/$sleeper/cwd)" = /both/mine ]; do kill -0 $sleeper; sleep 0.1; done
        ctr-enc lock mine 2>&1 | grep -c "is used by $sleeper (sleep) at /both/mine;"
        kill $sleeper; wait $sleeper || true
        ctr-enc lock mine > /both/head; cat mine/f 2>&1 || true'
      as 1001 '
        ctr-enc unlock mine --passphrase-file /both/pass 2>&1 || echo $?
        ctr-enc key ls / 2>&1 || echo $?'
      as 1000 '
        ctr-enc unlock mine --passphrase-file /both/other > /dev/null 2>&1 || echo $?
        until ctr-enc unlock mine --passphrase-file /both/pass --head $(cat /both/head) 2> /dev/null
        do sleep 0.2; done
        cat mine/f
        ctr-enc key ls mine; ctr-enc lock mine > /dev/null
        ctr-enc run --image debian -- sh -c "
          ctr-enc lock /both/mine 2>&1 || echo \\$?
          ctr-enc create /n; ctr-enc lock /n | wc -c; cat /n/f 2>&1 || true"'
      ctr-enc unlock mine --passphrase-file pass; cat mine/f; ctr-enc rm mine
      """;

  private static final String LOCKING_SAYS =
      """
      /both/mine
      ctr-enc: inside a container a passphrase, a key file, a recipient or a recovery key opens what is nested: name one of them
      10
      1
      cat: mine/f: Required key not available
      ctr-enc: no nested subvolume of yours shows at /both/mine: see 'ctr-enc ls'
      3
      ctr-enc: no nested subvolume of yours shows at /: see 'ctr-enc ls'
      3
      5
      secret
      1  passphrase
      ctr-enc: no subvolume shows at /both/mine: see 'ctr-enc ls'
      3
      /n
      38
      cat: /n/f: Required key not available
      secret
      /both/mine
      """;

  private static final String LIMITING =
      """
      as 1000 '
        ctr-enc create mine; ctr-enc create mine/in
        write() { head -c 3000000 /dev/urandom > mine/in/f 2> /dev/null && echo fits || echo full; }
        ctr-enc quota --bytes 2m --inodes 1000 --json mine | grep -o "limit[A-Za-z]*.:[0-9]*"; write
        ctr-enc quota --bytes 20m mine/in > /dev/null; write
        ctr-enc quota --bytes none mine > /dev/null; write
        ctr-enc quota --bytes 1m mine/in | wc -l; write
        ctr-enc quota mine | wc -l
        ctr-enc quota / 2>&1 || echo $?
        ctr-enc run --image debian -- sh -c "ctr-enc quota --bytes none / 2>&1 || echo \\$?"'
      as 1001 'ctr-enc quota mine 2>&1 || echo $?'
      ctr-enc quota --bytes 4m mine/in > /dev/null; head -c 3000000 /dev/urandom > mine/in/f; ctr-enc rm mine
      """;

  private static final String LIMITING_SAYS =
      """
      /both/mine
      /both/mine/in
      limitBytes":2097152
      limitInodes":1000
      limitBytes":0
      limitInodes":0
      full
      full
      fits
      2
      full
      3
      ctr-enc: no nested subvolume of yours shows at /: see 'ctr-enc ls'
      3
      ctr-enc: no nested subvolume of yours shows at /: see 'ctr-enc ls'
      3
      ctr-enc: no nested subvolume of yours shows at /both/mine: see 'ctr-enc ls'
      3
      /both/mine
      """;

  private static final String RAISING =
      """
      cat > /both/ask << 'END'
      tell() { ctr-enc quota --json mine | grep -o 'limitBytes.:[0-9]*'; }
      ctr-enc quota --bytes 4m mine 2>&1 || echo $?
      tell; ctr-enc quota --bytes 1m mine > /dev/null; tell
      ctr-enc quota --bytes none mine > /dev/null; tell
      END
      as 1000 'sh /both/ask'; sh /both/ask | head -n 1
      """;

  @RegisterExtension static final NestingDaemon HOST = NestingDaemon.mortal();

  private static List<String> kept(String script) {
    String name = UUID.randomUUID().toString();
    try {
      return HOST.daemon()
          .cli(
              "run",
              "--keep",
              "--name",
              name,
              "--nesting",
              "debian",
              "--",
              "sh",
              "-ec",
              PEOPLE + script)
          .ok()
          .lines()
          .toList();
    } finally {
      HOST.daemon().cli("rm", name).ok();
    }
  }

  @Test
  void anOwnerNestsSnapshotsAndRemoves() {
    assertThat(kept(NESTING)).containsExactlyElementsOf(NESTING_SAYS.lines().toList());
  }

  @Test
  void anOwnerAloneLocksAndUnlocks() {
    assertThat(kept(LOCKING)).containsExactlyElementsOf(LOCKING_SAYS.lines().toList());
  }

  /** In a throwaway root, where keys are nobody's but limits are. */
  @Test
  void anOwnerLimitsBelowWhatLimitsHim() {
    assertThat(HOST.nesting(PEOPLE + LIMITING).ok().lines())
        .containsExactlyElementsOf(LIMITING_SAYS.lines().toList());
  }

  @Test
  void anOwnerRaisesNoLimitThatTheHostSet() {
    TestDaemon daemon = HOST.daemon();
    String name = UUID.randomUUID().toString();
    String[] begin = {"run", "--keep", "--name", name, "--nesting", "debian", "--", "sh", "-ec"};
    String[] goOn = {"run", "--existing", name, "--", "sh", "-ec"};
    try {
      inside(begin, "as 1000 'ctr-enc create mine; ctr-enc quota --bytes 8m mine'");
      String nested = daemon.cli("quota", "--json", name).ok();
      String id = nested.replaceAll("(?s).*\"subvolume\":\"([^\"]*)\".*", "$1");
      daemon.cli("quota", "--subvolume", id, "--bytes", "2m", name).ok();
      String refusal =
          "ctr-enc: the host lets this subvolume have at most 2097152 bytes: ask for no more";
      assertThat(inside(goOn, RAISING))
          .containsExactly(
              refusal,
              "5",
              "limitBytes\":2097152",
              "limitBytes\":1048576",
              "limitBytes\":2097152",
              refusal);
    } finally {
      daemon.cli("rm", name).ok();
    }
  }

  private static List<String> inside(String[] run, String script) {
    List<String> argv = new ArrayList<>(List.of(run));
    argv.add(PEOPLE.replace("mkdir -m 777", "mkdir -p -m 777") + script);
    return HOST.daemon().cli(argv.toArray(String[]::new)).ok().lines().toList();
  }
}
