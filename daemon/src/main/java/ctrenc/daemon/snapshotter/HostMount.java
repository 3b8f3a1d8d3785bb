package ctrenc.daemon.snapshotter;

import java.nio.file.Path;
import java.util.List;

/** A mount that containerd, or the runtime, performs where it needs the snapshot. */
public record HostMount(String type, String source, List<String> options) {

  static HostMount bind(Path source, boolean isWritable) {
    return new HostMount("bind", source.toString(), List.of("rbind", isWritable ? "rw" : "ro"));
  }

  static HostMount overlay(List<String> options) {
    return new HostMount("overlay", "overlay", List.copyOf(options));
  }
}
