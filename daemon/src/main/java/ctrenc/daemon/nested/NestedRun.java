package ctrenc.daemon.nested;

import ctrenc.daemon.log.FactLog;
import ctrenc.proto.v1.Base;
import ctrenc.proto.v1.Command;
import ctrenc.proto.v1.Container;
import ctrenc.proto.v1.ContainerState;
import ctrenc.proto.v1.ProcessSpec;
import java.io.IOException;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;

/** A container on a nested subvolume, from the caller's question to the subvolume's end. */
final class NestedRun implements ForegroundRun {

  private static final FactLog LOG = FactLog.of(NestedRun.class);
  private static final String OWN = "own root";

  private final NestedScope scope;
  private final NestedScope inner;
  private final RunRecords.Entry entry;
  private final UUID subvolume;
  private final ProcessSpec process;
  private final AtomicBoolean isEnded = new AtomicBoolean();

  /** {@code process} is empty for what an earlier daemon began. */
  NestedRun(
      NestedScope scope,
      NestedScope inner,
      RunRecords.Entry entry,
      UUID subvolume,
      ProcessSpec process) {
    this.scope = scope;
    this.inner = inner;
    this.entry = entry;
    this.subvolume = subvolume;
    this.process = process;
  }

  String name() {
    return entry.name();
  }

  UUID subvolume() {
    return subvolume;
  }

  NestedScope inner() {
    return inner;
  }

  /** Whether an earlier daemon began it for this user, who still waits for its end. */
  boolean isLeftTo(int uid) {
    return process.getArgsCount() == 0 && entry.caller().uid() == uid;
  }

  /** Whether an earlier daemon began it for this process. */
  boolean isLeftTo(RunCaller caller) {
    return process.getArgsCount() == 0 && entry.caller().equals(caller);
  }

  @Override
  public Command command() {
    return process.getArgsCount() == 0
        ? Command.getDefaultInstance()
        : NestedCommand.of(name(), process);
  }

  @Override
  public Container container() {
    return Container.newBuilder()
        .setId(subvolume.toString())
        .setName(name())
        .setBase(entry.base())
        .setState(ContainerState.CONTAINER_STATE_RUNNING)
        .setCreatedAtMillis(entry.created().toEpochMilli())
        .addAllArgs(process.getArgsList())
        .setSubvolume(subvolume.toString())
        .build();
  }

  static String shown(Base base) {
    return switch (base.getBaseCase()) {
      case IMAGE -> base.getImage();
      case EMPTY -> "";
      case OWN, HOST_DIRECTORY, BASE_NOT_SET -> OWN;
    };
  }

  /** Its caller has no call that tells when he goes away, so he himself is watched. */
  void watch() {
    entry
        .caller()
        .whenEnded(
            "ctr-enc-run-" + name(),
            () -> {
              try {
                abandon();
              } catch (IOException | RuntimeException e) {
                LOG.failed("nested container was not cleaned up", e, "subvolume", subvolume);
              }
            });
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
