package ctrenc.overlay.sys;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names, attributes and listings, over a directory of the test's own. */
class FilesystemCallsTest {

  /** No text in UTF-8: a lone continuation byte, then 0xff. */
  private static final byte[] NOT_TEXT = {'n', (byte) 0x80, (byte) 0xff};

  @TempDir Path temporary;
  private Descriptor directory;

  @BeforeEach
  void open() throws SystemCallException {
    directory = FileOpener.open(temporary, OpenFlag.DIRECTORY);
  }

  @AfterEach
  void close() throws SystemCallException {
    directory.close();
  }

  @Test
  void namesAreBytesNotText() throws Exception {
    create(NOT_TEXT).close();
    List<DirectoryEntry> entries = DirectoryReader.list(directory);
    assertThat(entries).hasSize(1);
    assertThat(entries.getFirst().name()).isEqualTo(NOT_TEXT);
    assertThat(entries.getFirst().type()).isEqualTo(0100000 >> 12);
    assertThat(entries.getFirst().inode()).isEqualTo(FileStatus.at(directory, NOT_TEXT).inode());
  }

  @Test
  void listsMoreThanOneBufferHolds() throws Exception {
    int count = 3000;
    for (int i = 0; i < count; i++) {
      create(bytes("a-name-that-takes-some-room-" + i)).close();
    }
    assertThat(
            DirectoryReader.list(directory).stream()
                .map(entry -> new String(entry.name(), UTF_8))
                .distinct())
        .hasSize(count);
  }

  @Test
  void failureNamesTheCallAndTheError() {
    assertFails(() -> FileStatus.at(directory, bytes("absent")), "statx", ErrorNumber.ENOENT);
    assertThatThrownBy(() -> FileStatus.at(directory, bytes("absent")))
        .hasMessage("statx: No such file or directory");
  }

  @Test
  void refusesPathsThatAreNoCStrings() {
    assertFails(
        () -> FileStatus.at(directory, new byte[] {'a', 0, 'b'}), "statx", ErrorNumber.EINVAL);
    assertFails(() -> FileStatus.at(directory, new byte[5000]), "statx", ErrorNumber.ENAMETOOLONG);
  }

  @Test
  void resolutionStaysBeneath() throws Exception {
    Entries.makeDirectory(directory, bytes("in"), 0755);
    Entries.makeSymlink(bytes("/etc"), directory, bytes("out"));
    Entries.makeSymlink(bytes("in"), directory, bytes("near"));
    int flags = OpenFlag.DIRECTORY;
    FileOpener.openResolved(directory, bytes("near"), flags, 0, Resolve.BENEATH).close();
    assertFails(
        () -> FileOpener.openResolved(directory, bytes("near"), flags, 0, Resolve.NO_SYMLINKS),
        "openat2",
        ErrorNumber.ELOOP);
    assertFails(
        () -> FileOpener.openResolved(directory, bytes("out"), flags, 0, Resolve.BENEATH),
        "openat2",
        ErrorNumber.EXDEV);
    assertFails(
        () -> FileOpener.openResolved(directory, bytes("../x"), flags, 0, Resolve.BENEATH),
        "openat2",
        ErrorNumber.EXDEV);
    assertFails(
        () -> FileOpener.openResolved(directory, bytes("out"), flags, 0, Resolve.IN_ROOT),
        "openat2",
        ErrorNumber.ENOENT);
  }

  @Test
  void statusTellsEveryField() throws Exception {
    try (Descriptor file = create(bytes("f"))) {
      FileData.truncate(file, 12345);
    }
    Entries.link(directory, bytes("f"), directory, bytes("g"));
    Ownership.changeOwner(directory, bytes("f"), 1000, 2000);
    Ownership.changeMode(directory, bytes("f"), 04751);
    Ownership.changeTimes(directory, bytes("f"), new TimeSpec(-5, 7), new TimeSpec(8, 999_999_999));
    FileStatus status = FileStatus.at(directory, bytes("g"));
    assertThat(status.mode()).isEqualTo(0104751);
    assertThat(status.links()).isEqualTo(2);
    assertThat(status.uid()).isEqualTo(1000);
    assertThat(status.gid()).isEqualTo(2000);
    assertThat(status.size()).isEqualTo(12345);
    assertThat(status.blocks()).isZero();
    assertThat(status.accessed()).isEqualTo(new TimeSpec(-5, 7));
    assertThat(status.modified()).isEqualTo(new TimeSpec(8, 999_999_999));
    assertThat(status.born()).isNotEqualTo(TimeSpec.OMIT);
    assertThat(status.born().seconds()).isPositive();
    assertThat(status.changed().seconds()).isGreaterThanOrEqualTo(status.born().seconds());
    long device = (Long) Files.getAttribute(temporary, "unix:dev");
    assertThat(status.deviceMinor()).isEqualTo(DeviceNumber.minor((int) device));
    assertThat(status.deviceMajor()).isEqualTo(DeviceNumber.major((int) device));
    assertThat(status.mountId()).isPositive();
  }

  @Test
  void deviceNumbersSurvive() throws Exception {
    int device = DeviceNumber.encode(259, 70000);
    assertThat(DeviceNumber.major(device)).isEqualTo(259);
    assertThat(DeviceNumber.minor(device)).isEqualTo(70000);
    Entries.makeNode(directory, bytes("dev"), 0020600, device);
    assertThat(FileStatus.at(directory, bytes("dev")).rdev()).isEqualTo(device);
    Entries.makeNode(directory, bytes("whiteout"), 0020000, 0);
    assertThat(FileStatus.at(directory, bytes("whiteout")).rdev()).isZero();
  }

  @Test
  void symlinksAreNotFollowed() throws Exception {
    byte[] target = bytes("t".repeat(4095));
    Entries.makeSymlink(target, directory, bytes("long"));
    assertThat(Entries.readLink(directory, bytes("long"))).isEqualTo(target);
    Entries.makeSymlink(bytes("absent"), directory, bytes("link"));
    Ownership.changeOwner(directory, bytes("link"), 7, 8);
    assertThat(FileStatus.at(directory, bytes("link")).uid()).isEqualTo(7);
    assertFails(() -> FileStatus.following(directory, bytes("link")), "statx", ErrorNumber.ENOENT);
    try (Descriptor link =
        FileOpener.open(directory, bytes("link"), OpenFlag.PATH | OpenFlag.NO_FOLLOW, 0)) {
      assertThat(Entries.readLink(link, new byte[0])).isEqualTo(bytes("absent"));
      assertThat(FileStatus.of(link).mode() & 0170000).isEqualTo(0120000);
    }
  }

  @Test
  void renamesWithItsFlags() throws Exception {
    create(bytes("a")).close();
    create(bytes("b")).close();
    long a = FileStatus.at(directory, bytes("a")).inode();
    assertFails(
        () -> Entries.rename(directory, bytes("a"), directory, bytes("b"), Entries.NO_REPLACE),
        "renameat2",
        ErrorNumber.EEXIST);
    Entries.rename(directory, bytes("a"), directory, bytes("b"), Entries.EXCHANGE);
    assertThat(FileStatus.at(directory, bytes("b")).inode()).isEqualTo(a);
    Entries.rename(directory, bytes("b"), directory, bytes("c"), 0);
    Entries.unlink(directory, bytes("a"));
    Entries.makeDirectory(directory, bytes("d"), 0700);
    Entries.removeDirectory(directory, bytes("d"));
    assertThat(DirectoryReader.list(directory)).hasSize(1);
  }

  @Test
  void attributesOfSymlinksAndOfPaths() throws Exception {
    Entries.makeSymlink(bytes("absent"), directory, bytes("link"));
    byte[] big = new byte[2000];
    big[1999] = 9;
    try (Descriptor link =
        FileOpener.open(directory, bytes("link"), OpenFlag.PATH | OpenFlag.NO_FOLLOW, 0)) {
      ExtendedAttributes attributes = ExtendedAttributes.of(link);
      assertThat(attributes.get(bytes("trusted.x"))).isEmpty();
      attributes.set(bytes("trusted.x"), big, ExtendedAttributes.CREATE);
      assertThat(attributes.get(bytes("trusted.x")))
          .hasValueSatisfying(v -> assertThat(v).isEqualTo(big));
      assertFails(
          () -> attributes.set(bytes("trusted.x"), big, ExtendedAttributes.CREATE),
          "setxattr",
          ErrorNumber.EEXIST);
    }
    ExtendedAttributes byPath =
        ExtendedAttributes.at(FileOpener.bytesOf(temporary.resolve("link")));
    assertThat(byPath.list()).anySatisfy(name -> assertThat(name).isEqualTo(bytes("trusted.x")));
    byPath.remove(bytes("trusted.x"));
    assertThat(byPath.list()).noneSatisfy(name -> assertThat(name).isEqualTo(bytes("trusted.x")));
  }

  @Test
  void filesWithoutANameGetOne() throws Exception {
    try (Descriptor file =
        FileOpener.open(
            directory, bytes("."), OpenFlag.TEMPORARY_FILE | OpenFlag.READ_WRITE, 0600)) {
      assertThat(FileStatus.of(file).links()).isZero();
      Entries.link(file, directory, bytes("named"));
      assertThat(FileStatus.at(directory, bytes("named")).inode())
          .isEqualTo(FileStatus.of(file).inode());
    }
  }

  @Test
  void filesystemStatus() throws Exception {
    FileSystemStatus status = FileSystemStatus.of(directory);
    assertThat(status.nameLength()).isEqualTo(255);
    assertThat(status.blocks() * status.fragmentSize())
        .isEqualTo(Files.getFileStore(temporary).getTotalSpace());
    assertThat(FileSystemStatus.of(FileOpener.bytesOf(temporary)).type()).isEqualTo(status.type());
  }

  @Test
  void closedDescriptorIsNeverUsed() throws Exception {
    Descriptor file = create(bytes("f"));
    file.close();
    file.close();
    assertThat(file.isOpen()).isFalse();
    assertThatThrownBy(() -> FileStatus.of(file)).isInstanceOf(IllegalStateException.class);
  }

  private Descriptor create(byte[] name) throws SystemCallException {
    return FileOpener.open(
        directory, name, OpenFlag.CREATE | OpenFlag.EXCLUSIVE | OpenFlag.READ_WRITE, 0644);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static void assertFails(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable action, String call, int errno) {
    assertThatThrownBy(action)
        .asInstanceOf(type(SystemCallException.class))
        .satisfies(
            failure -> {
              assertThat(failure.call()).isEqualTo(call);
              assertThat(failure.errno()).isEqualTo(errno);
            });
  }
}
