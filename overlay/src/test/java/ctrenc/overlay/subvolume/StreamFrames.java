package ctrenc.overlay.subvolume;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Takes streams apart, and puts them together as nobody sent them. */
final class StreamFrames {

  static final int HEADER = 40;

  private StreamFrames() {}

  static ReadableByteChannel channel(byte[] stream) {
    return Channels.newChannel(new ByteArrayInputStream(stream));
  }

  /** The header, then each frame. */
  static List<byte[]> of(byte[] stream) {
    List<byte[]> frames = new ArrayList<>();
    frames.add(Arrays.copyOf(stream, HEADER));
    int offset = HEADER;
    while (offset < stream.length) {
      int length = 1 + 4 + ByteBuffer.wrap(stream).getInt(offset + 1) + 4;
      frames.add(Arrays.copyOfRange(stream, offset, offset + length));
      offset += length;
    }
    return frames;
  }

  /**
   * The stream with each of its frames in turn swapped with the next, repeated, dropped, and from
   * another stream of the same; and with the header of that one.
   */
  static List<byte[]> disordered(byte[] stream, byte[] another) {
    List<byte[]> frames = of(stream);
    List<byte[]> others = of(another);
    List<byte[]> all = new ArrayList<>();
    for (int i = 1; i < frames.size() - 1; i++) {
      List<byte[]> swapped = new ArrayList<>(frames);
      swapped.set(i, frames.get(i + 1));
      swapped.set(i + 1, frames.get(i));
      all.add(joined(swapped));
      List<byte[]> repeated = new ArrayList<>(frames);
      repeated.add(i, frames.get(i));
      all.add(joined(repeated));
      List<byte[]> dropped = new ArrayList<>(frames);
      dropped.remove(i);
      all.add(joined(dropped));
      List<byte[]> foreign = new ArrayList<>(frames);
      foreign.set(i, others.get(i));
      all.add(joined(foreign));
    }
    List<byte[]> headed = new ArrayList<>(frames);
    headed.set(0, others.getFirst());
    all.add(joined(headed));
    return all;
  }

  private static byte[] joined(List<byte[]> frames) {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    frames.forEach(stream::writeBytes);
    return stream.toByteArray();
  }
}
