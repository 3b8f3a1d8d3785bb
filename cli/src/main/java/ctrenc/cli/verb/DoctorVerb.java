package ctrenc.cli.verb;

import ctrenc.cli.doctor.Examination;
import ctrenc.cli.doctor.Finding;
import ctrenc.cli.doctor.Finding.Verdict;
import ctrenc.cli.doctor.Machine;
import ctrenc.cli.doctor.ThisMachine;
import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.rpc.Endpoint;
import ctrenc.cli.text.Json;
import ctrenc.cli.text.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** Looks at the machine, and says what to do about what it finds. */
public final class DoctorVerb implements Verb {

  @Override
  public String name() {
    return "doctor";
  }

  @Override
  public String summary() {
    return "Look for what is missing on this machine or set up wrongly, and say what to do.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(spec, "Changes nothing; the exit code is 5 if something does not work.");
    spec.addOption(Options.json());
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    Machine machine = new ThisMachine();
    String user = machine.output("id", "-u").orElse("").strip();
    List<Finding> findings = new ArrayList<>(Examination.of(machine, session.places(), user));
    findings.add(daemon(session));
    if (arguments.json()) {
      session.out().line(Json.array(findings, DoctorVerb::fields));
    } else {
      session.out().text(text(findings));
    }
    boolean works = findings.stream().noneMatch(one -> one.verdict() == Verdict.PROBLEM);
    return (works ? ExitCode.OK : ExitCode.NOT_NOW).number();
  }

  private static Finding daemon(Session session) throws IOException, InterruptedException {
    if (new Endpoint(session.places().socket()).state() != Endpoint.State.LISTENING) {
      return new Finding("daemon", Verdict.OK, "none runs; commands start it", "");
    }
    String version = DaemonStatusVerb.ask(session.daemon()).getVersion();
    String found = "version " + version + " answers";
    return version.equals(VersionVerb.own())
        ? new Finding("daemon", Verdict.OK, found, "")
        : new Finding(
            "daemon",
            Verdict.NOTE,
            found + ", the command line has " + VersionVerb.own(),
            "Put the new one in its place: ctr-enc daemon restart.");
  }

  private static String text(List<Finding> findings) {
    Table table = new Table();
    for (Finding finding : findings) {
      table.row(finding.verdict().text(), finding.subject(), finding.found());
      if (!finding.advice().isEmpty()) {
        table.row("", "", "-> " + finding.advice());
      }
    }
    return table.text();
  }

  private static void fields(Json json, Finding finding) throws IOException {
    json.field(Finding.FIELDS.get(0), finding.subject())
        .field(Finding.FIELDS.get(1), finding.verdict().text())
        .field(Finding.FIELDS.get(2), finding.found())
        .field(Finding.FIELDS.get(3), finding.advice());
  }
}
