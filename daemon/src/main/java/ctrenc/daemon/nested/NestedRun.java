package ctrenc.daemon.nested;

import ctrenc.proto.v1.Command;
import ctrenc.proto.v1.Container;
import ctrenc.proto.v1.ContainerSpec;
import ctrenc.proto.v1.ContainerState;
import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;

/** A container on a nested subvolume, from the caller's question to the subvolume's end. */
final class NestedRun implements ForegroundRun {

  private static final String OWN = "own root";

  private final NestedScope scope;
  private final NestedScope inner;
  private final String name;
  private final String subvolume;
  private final ContainerSpec spec;
  private final Instant created = Instant.now();
  private final AtomicBoolean isEnded = new AtomicBoolean();

  NestedRun(
      NestedScope scope, NestedScope inner, String name, String subvolume, ContainerSpec spec) {
    this.scope = scope;
    this.inner = inner;
    this.name = name;
    this.subvolume = subvolume;
    this.spec = spec;
  }

  String name() {
    return name;
  }

  NestedScope inner() {
    return inner;
  }

  @Override
  public Command command() {
    return NestedCommand.of(name, spec.getProcess());
  }

  @Override
  public Container container() {
    return Container.newBuilder()
        .setId(subvolume)
        .setName(name)
        .setBase(base())
        .setState(ContainerState.CONTAINER_STATE_RUNNING)
        .setCreatedAtMillis(created.toEpochMilli())
        .addAllArgs(spec.getProcess().getArgsList())
        .setSubvolume(subvolume)
        .build();
  }

  private String base() {
    return switch (spec.getBase().getBaseCase()) {
      case IMAGE -> spec.getBase().getImage();
      case EMPTY -> "";
      case OWN, HOST_DIRECTORY, BASE_NOT_SET -> OWN;
    };
  }

  /** False if it is ended, or being ended, by somebody else. */
  boolean release() {
    return isEnded.compareAndSet(false, true);
  }

  @Override
  public boolean finish(int exitCode) throws IOException {
    abandon();
    return true;
  }

  @Override
  public void abandon() throws IOException {
    if (release()) {
      scope.end(this);
    }
  }
}
