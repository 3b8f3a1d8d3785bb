package ctrenc.e2e.bench;

import ctrenc.cli.rpc.Connection;
import ctrenc.e2e.harness.Command;
import ctrenc.proto.v1.Base;
import ctrenc.proto.v1.ContainerSpec;
import ctrenc.proto.v1.CreateContainerRequest;
import ctrenc.proto.v1.CreateSnapshotRequest;
import ctrenc.proto.v1.ForkRequest;
import ctrenc.proto.v1.RemoveContainerRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A daemon that is measured, asked by one connection so that nothing but its own work counts.
 *
 * @param process its id
 * @param state its state directory
 */
record MeasuredDaemon(Connection connection, long process, Path state) {

  /** What it holds on to. */
  record Holdings(long residentKib, long threads, long descriptors, long storedKib) {

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%,d KiB resident, %d threads, %d descriptors, %,d KiB on the disk",
          residentKib,
          threads,
          descriptors,
          storedKib);
    }
  }

  /** Makes and mounts a throwaway root; returns where it is. */
  Path create(String name, Base base) throws InterruptedException {
    CreateContainerRequest request =
        CreateContainerRequest.newBuilder()
            .setSpec(ContainerSpec.newBuilder().setName(name).setBase(base))
            .build();
    return Path.of(
        connection
            .ask(() -> connection.containers(Connection.PATIENT).create(request))
            .getContainer()
            .getRoot());
  }

  void remove(String name) throws InterruptedException {
    RemoveContainerRequest request =
        RemoveContainerRequest.newBuilder()
            .setReference(name)
            .setForce(true)
            .setSnapshots(true)
            .build();
    connection.ask(() -> connection.containers(Connection.PATIENT).remove(request));
  }

  void snapshot(String container, String name) throws InterruptedException {
    CreateSnapshotRequest request =
        CreateSnapshotRequest.newBuilder().setContainer(container).setName(name).build();
    connection.ask(() -> connection.snapshots(Connection.PATIENT).create(request));
  }

  void fork(String source, String name) throws InterruptedException {
    ForkRequest request = ForkRequest.newBuilder().setSource(source).setName(name).build();
    connection.ask(() -> connection.snapshots(Connection.PATIENT).fork(request));
  }

  /** After its garbage is collected. */
  Holdings holdings() throws IOException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Command.of(jcmd.toString(), Long.toString(process), "GC.run").ok();
    Path about = Path.of("/proc", Long.toString(process));
    try (Stream<Path> descriptors = Files.list(about.resolve("fd"))) {
      return new Holdings(
          status("VmRSS"),
          status("Threads"),
          descriptors.count(),
          Long.parseLong(Command.of("du", "-sk", state.toString()).ok().split("\\s")[0]));
    }
  }

  private long status(String field) throws IOException {
    return Files.readAllLines(Path.of("/proc", Long.toString(process), "status")).stream()
        .filter(line -> line.startsWith(field + ":"))
        .mapToLong(line -> Long.parseLong(line.split("\\s+")[1]))
        .findFirst()
        .orElseThrow();
  }
}
