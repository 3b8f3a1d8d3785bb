package ctrenc.overlay.export;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ctrenc.overlay.storage.DamagedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;

/** The archives are those of the library that reads them, to the byte. */
class TarWriterTest {

  private static final int LONGEST = 1000;

  private final long seed = new Random().nextLong();
  private final Random random = new Random(seed);

  @Test
  void everyArchiveIsTheLibrarys() throws Exception {
    System.out.println("archives with seed " + seed);
    for (int turn = 0; turn < 60; turn++) {
      List<TarWriter.Member> members = new ArrayList<>();
      for (int left = random.nextInt(12); left > 0; left--) {
        members.add(member());
      }
      long content = random.nextLong();
      assertThat(ours(members, content))
          .as("seed %d, turn %d", seed, turn)
          .isEqualTo(theirs(members, content));
    }
  }

  /** Its data would not end in a test: both say what they would write before it. */
  @Test
  void theHeaderOfTheLargestFilesIsTheLibrarys() throws Exception {
    Instant time = Instant.ofEpochSecond(1_700_000_000);
    for (long size : List.of(TarHeader.LARGEST, TarHeader.LARGEST + 1, 1L << 40)) {
      TarWriter.Member member =
          new TarWriter.Member(
              TarHeader.Type.FILE,
              name(120),
              ArchiveSink.FILE,
              size,
              time,
              "",
              "QQ==".getBytes(US_ASCII));
      ByteArrayOutputStream ours = new ByteArrayOutputStream();
      try (OutputBehind out = new OutputBehind(Channels.newChannel(ours), LONGEST)) {
        new TarWriter(out).begin(member);
        out.end();
      }
      ByteArrayOutputStream theirs = new ByteArrayOutputStream();
      begin(library(theirs, TarHeader.LENGTH), member);
      assertThat(ours.toByteArray()).as("size %d", size).isEqualTo(theirs.toByteArray());
    }
  }

  @Test
  void aMemberOfAnotherLengthThanItsHeaderSaysIsRefused() {
    try (OutputBehind out =
        new OutputBehind(Channels.newChannel(new ByteArrayOutputStream()), LONGEST)) {
      TarWriter writer = new TarWriter(out);
      assertThatThrownBy(
              () -> {
                writer.begin(
                    new TarWriter.Member(
                        TarHeader.Type.FILE, "f", 0600, 3, Instant.EPOCH, "", new byte[0]));
                writer.write(new byte[4]);
                writer.end();
              })
          .isInstanceOf(DamagedException.class);
    }
  }

  private TarWriter.Member member() {
    TarHeader.Type type =
        switch (random.nextInt(4)) {
          case 0 -> TarHeader.Type.DIRECTORY;
          case 1 -> TarHeader.Type.LINK;
          default -> TarHeader.Type.FILE;
        };
    boolean isFile = type == TarHeader.Type.FILE;
    byte[] attribute = new byte[random.nextInt(3) * random.nextInt(1500)];
    Arrays.fill(attribute, (byte) 'A');
    return new TarWriter.Member(
        type,
        name(1 + random.nextInt(130)) + (type == TarHeader.Type.DIRECTORY ? "/" : ""),
        random.nextBoolean() ? ArchiveSink.FILE : ArchiveSink.DIRECTORY,
        isFile ? random.nextInt(5) * random.nextInt(600) : 0,
        Instant.ofEpochSecond(random.nextLong(1L << 33)),
        type == TarHeader.Type.LINK ? name(1 + random.nextInt(130)) : "",
        attribute);
  }

  private String name(int length) {
    StringBuilder name = new StringBuilder("objects/1");
    while (name.length() < length) {
      name.append(random.nextInt(4) == 0 ? "/9" : "7-");
    }
    return name.substring(0, length).replaceFirst("/$", "0");
  }

  private byte[] ours(List<TarWriter.Member> members, long content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Random data = new Random(content);
    try (OutputBehind out = new OutputBehind(Channels.newChannel(bytes), LONGEST)) {
      TarWriter writer = new TarWriter(out);
      for (TarWriter.Member member : members) {
        writer.begin(member);
        writer.write(data(data, member));
        writer.end();
      }
      writer.finish();
      out.end();
    }
    return bytes.toByteArray();
  }

  private static byte[] theirs(List<TarWriter.Member> members, long content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Random data = new Random(content);
    try (TarArchiveOutputStream tar = library(bytes, 10 << 10)) {
      for (TarWriter.Member member : members) {
        begin(tar, member);
        tar.write(data(data, member));
        tar.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  private static byte[] data(Random random, TarWriter.Member member) {
    byte[] data = new byte[(int) member.size()];
    random.nextBytes(data);
    return data;
  }

  private static TarArchiveOutputStream library(ByteArrayOutputStream bytes, int block) {
    TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, block, UTF_8.name());
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    return tar;
  }

  private static void begin(TarArchiveOutputStream tar, TarWriter.Member member)
      throws IOException {
    boolean isLink = member.type() == TarHeader.Type.LINK;
    TarArchiveEntry entry =
        isLink
            ? new TarArchiveEntry(member.name(), TarConstants.LF_LINK)
            : new TarArchiveEntry(member.name());
    entry.setLinkName(member.link());
    entry.setMode(member.mode());
    entry.setIds(0, 0);
    entry.setNames("", "");
    entry.setSize(member.size());
    entry.setLastModifiedTime(FileTime.fromMillis(member.changed().getEpochSecond() * 1000));
    if (member.attribute().length > 0) {
      entry.addPaxHeader(ArchiveSink.ATTRIBUTE, new String(member.attribute(), US_ASCII));
    }
    tar.putArchiveEntry(entry);
  }
}
