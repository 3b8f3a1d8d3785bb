package ctrenc.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.e2e.harness.Command;
import ctrenc.e2e.harness.Condition;
import ctrenc.e2e.harness.Manifest;
import ctrenc.e2e.harness.NestingDaemon;
import java.io.BufferedReader;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a container in a container tries in order to leave it, to use what is another's, or to keep
 * the daemon from others.
 */
@Tag("kernel")
@Timeout(300)
class NestedAttackTest {

  /** Tries all that comes to mind beside another child of the same caller; prints what works. */
  private static final String BESIDE =
      """
      chmod 755 /; echo secret > /secret; chmod 600 /secret; mkdir -m 777 /mine
      %s sh -ec '
      ctr-enc run --image debian -- sh -ec "
        export SECRET=beside; echo beside > /beside; cd /etc; touch /up
        until [ -e /stop ]; do sleep 0.1; done" & first=$!
      until child=$(ls -d /.nested-*/up 2> /dev/null); do kill -0 $first; sleep 0.1; done
      child=${child%%/up}
      ctr-enc run -i --image debian -- sh -s "$child" << "END"
        no() { if "$@" > /dev/null 2>&1; then echo "allowed: $*"; fi; }
        cd /../../..; no cat secret /../secret
        ln -s ../../../secret /l; ln -s /proc/1/root/secret /m; no cat /l; no cat /m
        no ls "$1"; no cat "$1/beside"; no ls "/proc/1/root$1"
        beside=0
        for p in /proc/[0-9]*; do
          if [ "$(readlink $p/ns/user)" = "$(readlink /proc/self/ns/user)" ]; then continue; fi
          beside=$((beside + 1))
          no cat $p/environ; no ls $p/root/; no ls $p/cwd/; no readlink $p/fd/1; no cat $p/maps
          no cat $p/root/beside; no head -c 1 $p/mem; no ls $p/map_files; no cat $p/stack
          no nsenter -t ${p#/proc/} -U true
        done
        [ $beside -gt 1 ] || echo "nobody is beside"
        no umount /proc/sys; no umount -l /proc/sys; no mount -o remount,rw /proc/sys
        no mount -o remount,rw /sys; no sh -c "echo x > /proc/sys/kernel/hostname"
        mkdir /q; no mount -t proc proc /q; no mount -t sysfs sysfs /q; no mount -t cgroup2 none /q
        no unshare -n true; no unshare -u true; no nsenter -t 1 -m true
        no mknod /disk b 8 0; no mount -o remount,rw /run/ctr-enc/jdk; no touch /run/ctr-enc/jdk/f
        no chroot /proc/1/root true; no mount --rbind /proc/1/root /q
        umount -l /run/ctr-enc/nested; ls /run/ctr-enc/nested; ls -A / | grep nested; echo end
      END
      touch $child/stop
      wait $first'
      """;

  @RegisterExtension static final NestingDaemon HOST = NestingDaemon.mortal();

  /** Beside another child of the same caller, which tells its secret by all that a process has. */
  @ParameterizedTest
  @ValueSource(strings = {"", "setpriv --reuid 1000 --regid 1000 --clear-groups"})
  void aChildReachesNothingAboveAndNothingBeside(String caller) {
    assertThat(HOST.nesting(BESIDE.formatted(caller)).ok().lines()).containsExactly("end");
  }

  /** A handle of the parent's file, keyrings, other namespaces, and a network of its own. */
  @Test
  void systemCallsThatLeadOutAreForbidden() {
    String script =
        """
        cat > /t.c << 'END'
        #define _GNU_SOURCE
        #include <errno.h>
        #include <fcntl.h>
        #include <sched.h>
        #include <stdio.h>
        #include <sys/syscall.h>
        #include <unistd.h>
        static void tell(long result) { printf("%d ", result < 0 && errno == EPERM); }
        int main(void) {
          struct { struct file_handle of; char bytes[128]; } handle = {{128}};
          int mount;
          printf("%d ", name_to_handle_at(AT_FDCWD, "/usr", &handle.of, &mount, 0));
          tell(open_by_handle_at(open("/", O_RDONLY), &handle.of, O_RDONLY));
          tell(syscall(SYS_keyctl, 0, -3, 0));
          tell(setns(open("/proc/self/ns/mnt", O_RDONLY), 0));
          tell(unshare(CLONE_NEWNET));
        }
        END
        gcc -o /t /t.c
        ctr-enc run -- /t
        """;
    assertThat(HOST.nesting(script).ok()).isEqualTo("0 1 1 1 1 ");
  }

  @Test
  void theSocketOfAnotherIsOfNoUse() {
    String script =
        """
        ctr-enc run -- sh -ec 'touch /up; until [ -e /stop ]; do sleep 0.1; done' & first=$!
        until child=$(ls -d /.nested-*/up 2> /dev/null); do sleep 0.1; done
        child=${child%/up}
        CTR_ENC_RUN=/run/ctr-enc/nested$child
        sed "s,CTR_ENC_RUN=[^ ]*,CTR_ENC_RUN=$CTR_ENC_RUN," /run/ctr-enc/program/ctr-enc > /other
        sh /other run true || echo parent $?
        # The second child gets the first one's socket by a bind mount, and as a descriptor.
        sed 's,CTR_ENC_RUN=[^ ]*,CTR_ENC_RUN=/socket,' /run/ctr-enc/program/ctr-enc > /by-mount
        sed 's,CTR_ENC_RUN=[^ ]*,CTR_ENC_RUN=/proc/self/fd/9,' /run/ctr-enc/program/ctr-enc > /by-descriptor
        mkdir /socket
        unshare -Urm sh -ec "mount --bind $CTR_ENC_RUN /socket; sh /by-mount run true" || echo mount $?
        ctr-enc run -- sh -c 'ls -A /run/ctr-enc/nested; sh /by-descriptor run true' 9< $CTR_ENC_RUN || echo descriptor $?
        touch $child/stop
        wait $first
        """;
    Command.Result result = HOST.nesting(script).run();
    assertThat(result.exit()).as(result.err()).isZero();
    assertThat(result.out().lines())
        .containsExactly("parent 125", "mount 125", "ctr-enc.sock", "descriptor 125");
    assertThat(result.err()).contains("this socket is another container's");
  }

  /** A directory in use must not be taken out of the child: from there ".." would lead above. */
  @Test
  void namesMayMoveWhileAChildRuns() {
    String script =
        """
        mkdir /d; echo secret > /secret
        ctr-enc run --image debian -- sh -ec '
          mkdir -p /a/b; cd /a/b; touch /up; until [ -e /go ]; do sleep 0.1; done
          cat ../../../../../secret 2> /dev/null || echo inside; pwd -P' & first=$!
        until child=$(ls -d /.nested-*/up 2> /dev/null); do sleep 0.1; done
        child=${child%/up}
        python3 -c "import os; os.rename('$child/a', '/d/a')" 2>&1 | grep -o 'cross-device link'
        mv $child /d/moved
        touch /d/moved/go
        wait $first
        ls -A /d /.ctr-enc/subvolumes
        """;
    assertThat(HOST.nesting(script).ok().lines())
        .containsExactly("cross-device link", "inside", "/a/b", "/.ctr-enc/subvolumes:", "", "/d:");
  }

  /** All connections that may be, each with all calls that may be, and half of them never read. */
  @Test
  void floodOfTheSocketHoldsUpNobodyOutside(@TempDir Path directory) throws Exception {
    String flood = Files.readString(Manifest.resource("flood.py", directory));
    String script = "ulimit -n $(ulimit -H -n); exec python3 -c \"$1\"";
    HOST.nesting("ctr-enc ps").ok();
    long before = descriptors();
    Process caller =
        HOST.daemon()
            .cli("run", "--nesting", "debian", "--", "sh", "-ec", script, "sh", flood)
            .startPiped();
    try (BufferedReader said = caller.inputReader()) {
      for (String line : List.of("flooding", "refused")) {
        assertThat(said.readLine()).isEqualTo(line);
        HOST.daemon().cli("ps").within(Duration.ofSeconds(10)).ok();
      }
      assertThat(descriptors()).isGreaterThan(before + 400);
    } finally {
      caller.destroyForcibly();
    }
    Condition.await("it is gone", Duration.ofSeconds(60), () -> descriptors() <= before);
    assertThat(HOST.daemon().cli("ps", "--json").ok().strip()).isEqualTo("[]");
    assertThat(HOST.daemon().run().resolve("daemon.log").toFile().length())
        .as("bytes of the log")
        .isLessThan(100_000);
  }

  private static long descriptors() {
    String[] open = new File("/proc/" + HOST.daemon().pid() + "/fd").list();
    return open == null ? 0 : open.length;
  }
}
