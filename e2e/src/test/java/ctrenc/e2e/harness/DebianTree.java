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

  /** Thousands of small files each, and links: terminals, pieces of JavaScript, icons. */
  private static final String MANY_FILES =
      "ncurses-term node-core-js node-lodash-packages mate-icon-theme";

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
   * A small part of it, for what takes a tree through many hands: files of all kinds, but few, and
   * none of the programs.
   */
  public static Path small() throws IOException {
    String parts = "./etc ./root ./srv ./usr/share/doc ./usr/share/perl5";
    return made(
        "small",
        """
        tar --xattrs --acls --numeric-owner -C "$tree" -xf %s %s
        """
            .formatted(archive(), parts));
  }

  /**
   * The tree with further packages unpacked, so that more than 20,000 regular files are in it, for
   * what takes a whole root through everything once; without the compiler and what apt fetched,
   * which are most of its bytes.
   */
  public static Path large() throws IOException {
    return made(
        "large",
        """
        tar --xattrs --xattrs-include='*' --acls --numeric-owner -C "$tree" -xpf %s \\
            --exclude='./var/cache/apt/*' --exclude='./var/lib/apt/*' \\
            --exclude='./usr/lib/gcc/*' --exclude='*lto-dump*'
        mkdir "$tree/packages"
        (cd "$tree/packages" && apt-get download -q %s >&2)
        for package in "$tree"/packages/*.deb; do dpkg-deb -x "$package" "$tree"; done
        rm -r "$tree/packages"
        """
            .formatted(archive(), MANY_FILES));
  }

  /**
   * What is made of the tree once.
   *
   * @param fill a script that fills the directory "$tree"
   */
  private static Path made(String name, String fill) throws IOException {
    Path made = CACHE.resolve("debian-" + SUITE + "-" + name + ".tar");
    if (!Files.exists(made)) {
      String script =
          """
          exec 9> %1$s.guard; flock 9
          test ! -e %1$s || exit 0
          tree=$(mktemp -d /var/tmp/ctr-enc-tree.XXXXXX)
          %2$s
          tar --xattrs --xattrs-include='*' --acls --numeric-owner -C "$tree" -cf %1$s.new .
          mv %1$s.new %1$s
          rm -rf --one-file-system "$tree"
          """
              .formatted(made, fill);
      Command.sh(script).within(Duration.ofMinutes(10)).ok();
    }
    return made;
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
