package ctrenc.overlay.keeper;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.LocalSocket;
import ctrenc.overlay.sys.SystemCallException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps descriptors in systemd's store for its services, by the protocol of sd_notify(3) and
 * sd_listen_fds(3). Each has a name of its own, NAME.0 and so on: the store tells nothing of their
 * order. systemd starts the next process when this one dies, and hands it what it holds. It does
 * not answer, so what it has no room for ends with this process.
 */
public final class SystemdKeeping implements DescriptorKeeping {

  private static final Logger LOG = LoggerFactory.getLogger(SystemdKeeping.class);

  /** Where inherited descriptors begin. */
  private static final int FIRST = 3;

  private static final String SOCKET = "NOTIFY_SOCKET";

  private final LocalSocket systemd;
  private final Map<String, List<Descriptor>> left;

  /** How many descriptors are kept by each name. */
  private final Map<String, Integer> kept = new LinkedHashMap<>();

  private SystemdKeeping(LocalSocket systemd, Map<String, List<Descriptor>> left) {
    this.systemd = systemd;
    this.left = left;
    left.forEach((name, descriptors) -> kept.put(name, descriptors.size()));
  }

  /**
   * Takes up what systemd held.
   *
   * @param environment this process'
   * @throws IOException if systemd did not start this process as a service that may tell it things
   */
  public static SystemdKeeping open(Map<String, String> environment) throws IOException {
    String socket = environment.getOrDefault(SOCKET, "");
    if (socket.isEmpty()) {
      throw new IOException(
          "systemd is to hold what outlives the daemon, and did not start it as a service of Type=notify.");
    }
    return new SystemdKeeping(LocalSocket.toNotify(socket), inherited(environment));
  }

  private static Map<String, List<Descriptor>> inherited(Map<String, String> environment)
      throws SystemCallException {
    Map<String, List<Descriptor>> inherited = new LinkedHashMap<>();
    String process = Long.toString(ProcessHandle.current().pid());
    String all = environment.getOrDefault("LISTEN_FDNAMES", "");
    if (!process.equals(environment.get("LISTEN_PID")) || all.isEmpty()) {
      return inherited;
    }
    Map<String, Descriptor> byName = new LinkedHashMap<>();
    String[] names = all.split(":", -1);
    for (int i = 0; i < names.length; i++) {
      byName.put(names[i], closedOnExec(FIRST + i));
    }
    for (String name : byName.keySet()) {
      if (name.endsWith(".0")) {
        String root = name.substring(0, name.length() - 2);
        inherited.put(root, inOrder(root, byName));
      }
    }
    return inherited;
  }

  /** Children of this process do not get it. */
  private static Descriptor closedOnExec(int number) throws SystemCallException {
    try (Descriptor inherited = Descriptor.adopt(number)) {
      return inherited.duplicate();
    }
  }

  private static List<Descriptor> inOrder(String name, Map<String, Descriptor> byName) {
    List<Descriptor> descriptors = new ArrayList<>();
    Descriptor next = byName.get(name + ".0");
    while (next != null) {
      descriptors.add(next);
      next = byName.get(name + "." + descriptors.size());
    }
    return descriptors;
  }

  @Override
  public boolean outlives() {
    return true;
  }

  @Override
  public synchronized Map<String, List<Descriptor>> takeUp() {
    Map<String, List<Descriptor>> taken = new LinkedHashMap<>(left);
    left.clear();
    return taken;
  }

  /** systemd is not to wait for events of what it keeps: each request of a mount would be one. */
  @Override
  public synchronized void keep(String name, List<Descriptor> descriptors) {
    drop(name);
    for (int i = 0; i < descriptors.size(); i++) {
      tell("FDSTORE=1\nFDPOLL=0\nFDNAME=" + name + "." + i, List.of(descriptors.get(i)));
    }
    kept.put(name, descriptors.size());
  }

  @Override
  public synchronized void drop(String name) {
    Integer count = kept.remove(name);
    for (int i = 0; count != null && i < count; i++) {
      tell("FDSTOREREMOVE=1\nFDNAME=" + name + "." + i, List.of());
    }
  }

  /** What was sent has arrived; systemd does not say whether it had room. */
  @Override
  public boolean isSettled() {
    return true;
  }

  @Override
  public void serving() {
    tell("READY=1", List.of());
  }

  private void tell(String what, List<Descriptor> descriptors) {
    try {
      systemd.send(what.getBytes(StandardCharsets.UTF_8), descriptors);
    } catch (SystemCallException e) {
      LOG.atError()
          .setCause(e)
          .log("systemd cannot be told what to hold: mounts will end with this daemon if it dies");
    }
  }

  @Override
  public synchronized void close() {
    if (kept.keySet().stream().allMatch(Keeper::isForOthers)) {
      List.copyOf(kept.keySet()).forEach(this::drop);
    }
    try {
      systemd.close();
    } catch (SystemCallException e) {
      throw new IllegalStateException("a socket of our own could not be closed", e);
    }
  }
}
