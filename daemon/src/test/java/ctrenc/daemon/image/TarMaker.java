package ctrenc.daemon.image;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Writes tar archives byte by byte, the forbidden ones too. */
final class TarMaker {

  private static final int BLOCK = 512;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final int uid;
  private final int gid;

  TarMaker() {
    try {
      Path self = Path.of("/proc/self");
      uid = (Integer) Files.getAttribute(self, "unix:uid");
      gid = (Integer) Files.getAttribute(self, "unix:gid");
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  TarMaker directory(String name, int mode) {
    return header(bytes(name), '5', mode, new byte[0], 0, 0, 0);
  }

  TarMaker file(String name, String content) {
    return file(bytes(name), 0644, bytes(content));
  }

  TarMaker file(byte[] name, int mode, byte[] content) {
    header(name, '0', mode, new byte[0], content.length, 0, 0);
    return data(content);
  }

  TarMaker symlink(String name, String target) {
    return header(bytes(name), '2', 0777, bytes(target), 0, 0, 0);
  }

  TarMaker hardLink(String name, String target) {
    return header(bytes(name), '1', 0644, bytes(target), 0, 0, 0);
  }

  TarMaker device(String name, int major, int minor) {
    return header(bytes(name), '3', 0600, new byte[0], 0, major, minor);
  }

  TarMaker fifo(String name) {
    return header(bytes(name), '6', 0600, new byte[0], 0, 0, 0);
  }

  /** An extended header for the next member. */
  TarMaker pax(String key, byte[] value) {
    byte[] record = record(key, value);
    header(bytes("pax"), 'x', 0644, new byte[0], record.length, 0, 0);
    return data(record);
  }

  TarMaker raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  private static byte[] record(String key, byte[] value) {
    int rest = 1 + bytes(key).length + 1 + value.length + 1;
    int length = rest + 1;
    while (length != rest + Integer.toString(length).length()) {
      length++;
    }
    ByteArrayOutputStream record = new ByteArrayOutputStream();
    record.writeBytes(bytes(length + " " + key + "="));
    record.writeBytes(value);
    record.write('\n');
    return record.toByteArray();
  }

  TarMaker header(byte[] name, char type, int mode, byte[] link, long size, int major, int minor) {
    byte[] block = new byte[BLOCK];
    put(block, 0, name);
    put(block, 100, bytes("%07o".formatted(mode)));
    put(block, 108, bytes("%07o".formatted(uid)));
    put(block, 116, bytes("%07o".formatted(gid)));
    put(block, 124, bytes("%011o".formatted(size)));
    put(block, 136, bytes("%011o".formatted(1_000_000_000L)));
    block[156] = (byte) type;
    put(block, 157, link);
    put(block, 257, bytes("ustar\00000"));
    put(block, 329, bytes("%07o".formatted(major)));
    put(block, 337, bytes("%07o".formatted(minor)));
    Arrays.fill(block, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : block) {
      sum += b & 0xff;
    }
    put(block, 148, bytes("%06o\0 ".formatted(sum)));
    out.writeBytes(block);
    return this;
  }

  private TarMaker data(byte[] content) {
    out.writeBytes(content);
    out.writeBytes(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
    return this;
  }

  byte[] end() {
    out.writeBytes(new byte[2 * BLOCK]);
    return out.toByteArray();
  }

  byte[] withoutEnd() {
    return out.toByteArray();
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void put(byte[] block, int offset, byte[] text) {
    System.arraycopy(text, 0, block, offset, text.length);
  }
}
