package ctrenc.overlay.nest;

import ctrenc.overlay.vfs.Name;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A node below a hidden directory.
 *
 * @param in the subvolume that the directory is in which has the hidden one
 * @param directory that directory's inode there
 * @param name of what the node stands for, where its kind has one
 */
record HiddenNode(Kind kind, Member in, long directory, Name name) {

  private static final Name NO_NAME = Name.of("");

  /** What stands below a hidden directory. */
  enum Kind {
    /** The hidden directory. */
    CONTROL,
    /** Shows what is nested in the directory; what is made in it begins empty. */
    SUBVOLUMES,
    /** The same; what is made in it begins as the subvolume is. */
    FORKS,
    /** Has a directory for each image, but lists none. */
    IMAGES,
    /** As {@link #SUBVOLUMES}; what is made in it begins as an image. */
    IMAGE,
    /** Something nested, as one of those directories shows it. */
    NESTED,
    SNAPSHOTS,
    /** The same; what is made in it is of all that is nested in the subvolume, too. */
    RECURSIVE_SNAPSHOTS,
    SNAPSHOT,
    INFO
  }

  /** What a hidden directory holds, in the order of its listing. */
  enum Child {
    FORKS("forks", Kind.FORKS),
    IMAGES("images", Kind.IMAGES),
    INFO("info", Kind.INFO),
    RECURSIVE_SNAPSHOTS("recursive-snapshots", Kind.RECURSIVE_SNAPSHOTS),
    SNAPSHOTS("snapshots", Kind.SNAPSHOTS),
    SUBVOLUMES("subvolumes", Kind.SUBVOLUMES);

    private final Name name;
    private final Kind kind;

    Child(String name, Kind kind) {
      this.name = Name.of(name);
      this.kind = kind;
    }

    Name childName() {
      return name;
    }

    Kind kind() {
      return kind;
    }

    static List<Child> all() {
      return List.of(values());
    }
  }

  static HiddenNode control(Member in, long directory) {
    return new HiddenNode(Kind.CONTROL, in, directory, NO_NAME);
  }

  HiddenNode child(Kind childKind) {
    return child(childKind, name);
  }

  HiddenNode child(Kind childKind, Name childName) {
    return new HiddenNode(childKind, in, directory, childName);
  }

  /** What such a node is, in the words of the format; none of them is ever used for another. */
  static int codeOf(Kind kind) {
    return switch (kind) {
      case CONTROL -> 1;
      case SUBVOLUMES -> 2;
      case FORKS -> 3;
      case IMAGES -> 4;
      case IMAGE -> 5;
      case NESTED -> 6;
      case SNAPSHOTS -> 7;
      case RECURSIVE_SNAPSHOTS -> 8;
      case SNAPSHOT -> 9;
      case INFO -> 10;
    };
  }

  static Optional<Kind> kindOf(int code) {
    return Arrays.stream(Kind.values()).filter(kind -> codeOf(kind) == code).findFirst();
  }
}
