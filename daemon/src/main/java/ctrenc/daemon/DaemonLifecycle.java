package ctrenc.daemon;

import ctrenc.crypto.secret.SecretMemory;
import ctrenc.daemon.config.Directories;
import ctrenc.daemon.config.Settings;
import ctrenc.daemon.config.TransportName;
import ctrenc.daemon.health.ProcessEnd;
import ctrenc.daemon.health.SystemdService;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.daemon.rehearsal.RootRehearsal;
import ctrenc.daemon.snapshotter.HostDisk;
import ctrenc.overlay.fuse.Transport;
import ctrenc.overlay.keeper.KeeperProcess;
import ctrenc.overlay.keeper.NoKeeping;
import ctrenc.overlay.keeper.SystemdKeeping;
import ctrenc.overlay.subvolume.StoreDirectory;
import ctrenc.overlay.sys.LockedMemory;
import ctrenc.overlay.sys.ProcessHalt;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Begins and ends the daemon with the process. On a signal Quarkus tells the end to its observers,
 * and to nobody else, before the process is gone; so the end happens there, whatever the main
 * thread is doing. Thread-safe.
 */
@Singleton
final class DaemonLifecycle {

  /** EX_TEMPFAIL of sysexits(3): a service manager that restarts on failure starts the next one. */
  private static final int HANDED_OVER = 75;

  /** What systemd puts into the environment of its services. */
  private static final List<String> MANAGED = List.of("NOTIFY_SOCKET", "INVOCATION_ID");

  private final Settings settings;
  private final String version;
  private Optional<RunningDaemon> daemon = Optional.empty();
  private Optional<RootRehearsal> rehearsal = Optional.empty();

  @Inject
  DaemonLifecycle(
      Settings settings, @ConfigProperty(name = "quarkus.application.version") String version) {
    this.settings = settings;
    this.version = version;
  }

  /** Returns when calls are answered. An end that comes meanwhile waits for that. */
  synchronized void begin() throws IOException {
    TransportName chosen = settings.transport().chosen();
    if (settings.keeper() && !chosen.outlivesTheDaemon()) {
      throw RefusedException.invalid(
          "With the transport "
              + chosen.text()
              + " roots cannot outlive the daemon: leave out the setting"
              + " ctr-enc.keeper, or take another transport.");
    }
    SecretMemory memory = SecretMemory.slab(LockedMemory::allocate);
    Transport transport = chosen.open(settings.mountWorkers(), settings.keepAwake());
    daemon = Optional.of(RunningDaemon.start(settings, parts(chosen, transport, memory)));
    if (settings.rehearsal()) {
      rehearsal =
          Optional.of(
              RootRehearsal.start(Directories.of(settings), transport, memory, settings.cache()));
    }
  }

  private RunningDaemon.Parts parts(
      TransportName chosen, Transport transport, SecretMemory memory) {
    return new RunningDaemon.Parts(
        StoreDirectory::open,
        keeping(settings),
        transport,
        chosen.text(),
        version,
        memory,
        Clock.systemUTC(),
        HostDisk.ofKernel(),
        end());
  }

  private ProcessEnd end() {
    boolean isManaged = MANAGED.stream().anyMatch(System.getenv()::containsKey);
    return new ProcessEnd() {

      @Override
      public void stop() {
        Quarkus.asyncExit();
      }

      @Override
      public void handOver() {
        Thread.ofPlatform().name("ctr-enc-handover").start(DaemonLifecycle.this::handOver);
      }

      @Override
      public boolean isManaged() {
        return isManaged;
      }
    };
  }

  private synchronized void handOver() {
    leave(HANDED_OVER);
  }

  /** Ends the process by the same door as a crash, which is what the next one is made for. */
  private void leave(int code) {
    rehearsal.ifPresent(RootRehearsal::close);
    daemon.ifPresent(RunningDaemon::leave);
    ProcessHalt.now(code);
  }

  /** Whether systemd, which holds what outlives this process, is about to start the next one. */
  private boolean isRestarted() {
    return settings.keeper() && settings.systemdStore() && SystemdService.own().isRestarting();
  }

  private static KeepingOpener keeping(Settings settings) {
    if (!settings.keeper()) {
      return (run, patience) -> new NoKeeping();
    }
    return settings.systemdStore()
        ? (run, patience) -> SystemdKeeping.open(System.getenv())
        : KeeperProcess::open;
  }

  synchronized void end(@Observes ShutdownEvent event) {
    if (isRestarted()) {
      leave(0);
    }
    rehearsal.ifPresent(RootRehearsal::close);
    daemon.ifPresent(RunningDaemon::close);
    daemon = Optional.empty();
  }
}
