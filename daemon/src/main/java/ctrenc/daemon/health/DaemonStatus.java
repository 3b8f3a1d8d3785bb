package ctrenc.daemon.health;

import ctrenc.daemon.config.Directories;
import ctrenc.daemon.container.Containers;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.subvolume.Images;
import ctrenc.proto.v1.StatusResponse;
import java.io.IOException;
import java.time.Instant;

/**
 * What the daemon says of itself. It exists once the store is open and mounts can be made.
 * Thread-safe.
 */
public final class DaemonStatus {

  private final Directories directories;
  private final Images images;
  private final Containers containers;
  private final String version;
  private final String transport;
  private final Instant started;

  public DaemonStatus(
      Directories directories,
      Images images,
      Containers containers,
      String version,
      String transport,
      Instant started) {
    this.directories = directories;
    this.images = images;
    this.containers = containers;
    this.version = version;
    this.transport = transport;
    this.started = started;
  }

  public StatusResponse now() throws IOException {
    return StatusResponse.newBuilder()
        .setVersion(version)
        .setPid(ProcessHandle.current().pid())
        .setStateDirectory(directories.state().toString())
        .setRunDirectory(directories.run().toString())
        .setImages(images.list().size())
        .setContainers(containers.count())
        .setRunning(containers.running())
        .setTransport(transport)
        .setStartedAtMillis(started.toEpochMilli())
        .build();
  }

  /**
   * @throws RefusedException while containers run
   */
  public void requireIdle() throws IOException {
    int running = containers.running();
    if (running > 0) {
      throw RefusedException.conflict(
          running == 1
              ? "A container is running: stop it first, or use --force."
              : running + " containers are running: stop them first, or use --force.");
    }
  }
}
