package ctrenc.daemon.config;

import ctrenc.overlay.fuse.CacheMode;
import ctrenc.overlay.fuse.KeepAwake;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What can be set, by {@code ctr-enc.*} in Quarkus' configuration sources. OPERATIONS.md lists the
 * names and defaults.
 */
@ConfigMapping(prefix = "ctr-enc")
public interface Settings {

  /** Where the store, the machine key and the records of kept containers lie. */
  @WithDefault("/var/lib/ctr-enc")
  Path stateDirectory();

  /** Where the socket, the mount points and the bundles lie; nothing in it outlives a boot. */
  @WithDefault("/run/ctr-enc")
  Path runDirectory();

  /** A group whose members may call, besides root. */
  Optional<String> group();

  /** The OCI runtime: a path, or a name looked up in PATH. */
  @WithDefault("runc")
  String runtime();

  /** What an import leaves free on the state directory's disk, in bytes. */
  @WithDefault("268435456")
  long importReserve();

  /** How long the processes of a container may take to end when the daemon ends. */
  @WithDefault("PT10S")
  Duration stopGrace();

  /** Threads that serve all roots; 0 is one for each core, at least two. */
  @WithDefault("0")
  int mountWorkers();

  /** Whether idle processors are kept from sleeping while the kernel's requests come. */
  @WithDefault("auto")
  KeepAwake keepAwake();

  /** How the kernel's requests come. */
  @WithDefault("auto")
  TransportName transport();

  /** What the kernel does with the files of roots that do not say it themselves. */
  @WithDefault("image")
  CacheMode cache();

  /** Where key providers answer: a file as ocicrypt reads it. */
  Optional<Path> keyProviderConfig();

  /** The machine's TPM 2.0: the kernel's device, or a socket of one in software. */
  @WithDefault("/dev/tpmrm0")
  Path tpm();

  /** For how long the TPM may do what it is asked for, before it is given up. */
  @WithDefault("PT30S")
  Duration tpmPatience();

  /** Whether roots, and what runs in them, outlive the daemon: by a process that holds them. */
  @WithDefault("false")
  boolean keeper();

  /** Whether systemd holds them, which started the daemon as a service, in the keeper's place. */
  @WithDefault("false")
  boolean systemdStore();

  /** For how long a mount may be served by nobody, when the daemon died, before it is given up. */
  @WithDefault("PT60S")
  Duration keeperPatience();

  /** Whether containerd's image layers are encrypted too, whatever their labels say. */
  @WithDefault("false")
  boolean encryptLayers();

  /** Whether no label makes the key of one of containerd's containers outlive the daemon. */
  @WithDefault("false")
  boolean throwawayOnly();

  /**
   * The most that the root of one of containerd's containers may take, in bytes; 0 for no limit.
   */
  @WithDefault("0")
  long snapshotQuota();

  /** Where keys lie that have names: a file each. */
  @WithDefault("/etc/ctr-enc/keys")
  Path keysDirectory();

  /** Whether the daemon uses a root of its own for some seconds when it has started. */
  @WithDefault("true")
  boolean rehearsal();

  /** Where the command line lies that containers with nesting get; the launcher says it. */
  @WithName("home")
  Optional<Path> programHome();

  /** The java binary that it runs on; the launcher says it. */
  @WithName("java")
  Optional<Path> javaProgram();

  /** The most the log of a detached container may take, in bytes. */
  @WithDefault("16777216")
  long logLimit();
}
