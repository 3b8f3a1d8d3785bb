package ctrenc.e2e.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A real Debian tree with git, python and a compiler, made once per machine and kept as a tar
 * archive.
 */
public final class DebianTree {

  private static final Path CACHE = Path.of("/var/cache/ctr-enc-e2e");
  private static final String SUITE = "bookworm";
  private static final String PACKAGES = "git,python3-minimal,gcc,libc6-dev,attr,acl,libcap2-bin";

  private DebianTree() {}

  /** The archive; other test runs on the machine share it, and wait while one of them makes it. */
  public static Path archive() throws IOException {
    Files.createDirectories(CACHE);
    Path archive = CACHE.resolve("debian-" + SUITE + ".tar");
    if (!Files.exists(archive)) {
      build(archive);
    }
    return archive;
  }

  /**
   * A part of it, for what takes a tree through many hands: thousands of files of all kinds but
   * none of the programs, which are most of its bytes.
   */
  public static Path part() throws IOException {
    Path whole = archive();
    Path part = CACHE.resolve("debian-" + SUITE + "-part.tar");
    if (!Files.exists(part)) {
      String script =
          """
          exec 9> %1$s.guard; flock 9
          test ! -e %1$s || exit 0
          tree=$(mktemp -d /var/tmp/ctr-enc-part.XXXXXX)
          tar --xattrs --acls --numeric-owner -C "$tree" -xf %2$s ./etc ./root ./srv ./usr/share ./var/lib/dpkg
          tar --xattrs --acls --numeric-owner -C "$tree" -cf %1$s.new .
          mv %1$s.new %1$s
          rm -rf --one-file-system "$tree"
          """
              .formatted(part, whole);
      Command.sh(script).within(Duration.ofMinutes(5)).ok();
    }
    return part;
  }

  private static void build(Path archive) {
    String script =
        """
        exec 9> %1$s.guard; flock 9
        test ! -e %1$s || exit 0
        tree=$(mktemp -d /var/tmp/ctr-enc-debootstrap.XXXXXX)
        mirror=$(sed -n 's/^deb \\(\\[[^]]*\\] \\)\\?\\([^ ]*\\) .*/\\2/p; s/^URIs: *\\([^ ]*\\).*/\\1/p' \
            /etc/apt/sources.list /etc/apt/sources.list.d/* 2> /dev/null | head -n 1)
        debootstrap --variant=minbase --include=%2$s %3$s "$tree" "$mirror" >&2
        mkdir -p "$tree/var/cache/packages"
        (cd "$tree/var/cache/packages" && apt-get download -q hello >&2)
        tar --xattrs --acls --numeric-owner -C "$tree" --exclude=./dev/* --exclude=./proc/* --exclude=./sys/* -cf %1$s.new .
        mv %1$s.new %1$s
        rm -rf --one-file-system "$tree"
        """
            .formatted(archive, PACKAGES, SUITE);
    Command.sh(script).within(Duration.ofMinutes(15)).ok();
  }
}
