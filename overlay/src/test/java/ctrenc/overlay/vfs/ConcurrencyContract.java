package ctrenc.overlay.vfs;

import static ctrenc.overlay.vfs.FileSystemUser.WRITE;
import static ctrenc.overlay.vfs.FileSystemUser.pattern;
import static ctrenc.overlay.vfs.FileSystemUser.same;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Many users at the same time. */
public interface ConcurrencyContract {

  int USERS = 8;

  FileSystemUser user();

  private static void together(int count, ByNumber work) throws Exception {
    try (ExecutorService pool = Executors.newFixedThreadPool(count)) {
      List<Future<Void>> all = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int number = i;
        Callable<Void> task =
            () -> {
              work.run(number);
              return null;
            };
        all.add(pool.submit(task));
      }
      for (Future<Void> one : all) {
        one.get();
      }
    }
  }

  @Test
  default void eachDirectoryHasItsOwnUser() throws Exception {
    together(
        USERS,
        number -> {
          String home = "/home" + number;
          user().mkdir(home);
          for (int i = 0; i < 50; i++) {
            user().put(home + "/f" + i, pattern(i, i * 100));
            same(user().read(home + "/f" + i), pattern(i, i * 100));
            if (i % 2 == 0) {
              user().rename(home + "/f" + i, home + "/g" + i);
            }
            if (i % 5 == 0) {
              user().unlink(home + (i % 2 == 0 ? "/g" : "/f") + i);
            }
          }
          assertThat(user().list(home)).hasSize(40);
        });
    assertThat(user().stat("/").links()).isGreaterThanOrEqualTo(2 + USERS);
  }

  @Test
  default void usersOfOneDirectoryLoseNothing() throws Exception {
    user().mkdir("/d");
    together(
        USERS,
        number -> {
          for (int i = 0; i < 30; i++) {
            user().put("/d/" + number + "-" + i, "x" + i);
            user().mkdir("/d/sub" + number + "-" + i);
          }
        });
    assertThat(user().list("/d")).hasSize(USERS * 60);
    assertThat(user().stat("/d").links()).isEqualTo(2 + USERS * 30);
  }

  @Test
  default void aNameIsWonByOne() throws Exception {
    for (int round = 0; round < 20; round++) {
      int[] won = new int[USERS];
      String path = "/prize" + round;
      together(
          USERS,
          number -> {
            try {
              user().mkdir(path);
              won[number] = 1;
            } catch (ErrnoException e) {
              assertThat(e.errno()).isEqualTo(Errno.EEXIST);
            }
          });
      assertThat(won).containsOnlyOnce(1);
    }
  }

  @Test
  default void directoriesThatMoveIntoEachOtherMakeNoLoop() throws Exception {
    for (int round = 0; round < 20; round++) {
      String a = "/a" + round;
      String b = "/b" + round;
      user().mkdir(a);
      user().mkdir(b);
      together(
          2,
          number -> {
            try {
              user().rename(number == 0 ? a : b, (number == 0 ? b : a) + "/in");
            } catch (ErrnoException e) {
              assertThat(e.errno()).isIn(Errno.EINVAL, Errno.ENOENT);
            }
          });
      assertThat(user().exists(a) ^ user().exists(b)).isTrue();
    }
  }

  @Test
  default void linksAreCountedRight() throws Exception {
    user().put("/f", "x");
    together(
        USERS,
        number -> {
          for (int i = 0; i < 20; i++) {
            user().link("/f", "/l" + number + "-" + i);
            if (i % 2 == 0) {
              user().unlink("/l" + number + "-" + i);
            }
          }
        });
    assertThat(user().stat("/f").links()).isEqualTo(1 + USERS * 10);
  }

  @Test
  default void writersOfOneFileKeepTheirRanges() throws Exception {
    long inode = user().put("/f", new byte[0]);
    int part = 300_000;
    together(
        USERS,
        number -> {
          long handle = user().open("/f", WRITE);
          byte[] mine = pattern(number, part);
          for (int at = 0; at < part; at += 30_000) {
            byte[] piece = Arrays.copyOfRange(mine, at, at + 30_000);
            user().write(inode, handle, (long) number * part + at, piece);
            same(user().read(inode, handle, (long) number * part + at, 30_000), piece);
            if (at % 90_000 == 0) {
              user().fileSystem().fsync(inode, handle, false);
            }
          }
          user().close(inode, handle);
        });
    for (int number = 0; number < USERS; number++) {
      same(user().read("/f", (long) number * part, part), pattern(number, part));
    }
  }

  /** Work of one of several users. */
  @FunctionalInterface
  interface ByNumber {
    void run(int number) throws Exception;
  }
}
