package ctrenc.daemon.image;

import java.util.List;

/**
 * What an image says of the processes that run in it (OCI image configuration, section "config");
 * empty where it says nothing.
 */
public record ImageConfig(
    List<String> entrypoint,
    List<String> command,
    List<String> environment,
    String workingDirectory,
    String user) {

  public static final ImageConfig NOTHING =
      new ImageConfig(List.of(), List.of(), List.of(), "", "");

  public ImageConfig {
    entrypoint = List.copyOf(entrypoint);
    command = List.copyOf(command);
    environment = List.copyOf(environment);
  }
}
