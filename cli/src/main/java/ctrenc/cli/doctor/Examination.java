package ctrenc.cli.doctor;

import ctrenc.cli.rpc.Places;
import java.util.ArrayList;
import java.util.List;

/** Everything that is looked at, in the order in which one thing needs another. */
public final class Examination {

  private Examination() {}

  /**
   * @param user the user id of the caller
   */
  public static List<Finding> of(Machine machine, Places places, String user) {
    List<Finding> findings = new ArrayList<>();
    findings.add(caller(user));
    findings.addAll(new KernelChecks(machine).run());
    findings.addAll(new PlaceChecks(machine, places).run());
    findings.addAll(new ProgramChecks(machine, places).run());
    return findings;
  }

  private static Finding caller(String user) {
    return user.equals("0")
        ? Finding.ok("caller", "root")
        : Finding.note(
            "caller",
            "user " + user,
            "The daemon needs root to mount, and not everything can be seen from here: run this as root.");
  }
}
