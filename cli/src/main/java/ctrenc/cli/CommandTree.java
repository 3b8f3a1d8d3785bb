package ctrenc.cli;

import ctrenc.cli.verb.BackupVerb;
import ctrenc.cli.verb.CheckVerb;
import ctrenc.cli.verb.CompactVerb;
import ctrenc.cli.verb.CompletionVerb;
import ctrenc.cli.verb.CreateVerb;
import ctrenc.cli.verb.DaemonRestartVerb;
import ctrenc.cli.verb.DaemonStartVerb;
import ctrenc.cli.verb.DaemonStatusVerb;
import ctrenc.cli.verb.DaemonStopVerb;
import ctrenc.cli.verb.DoctorVerb;
import ctrenc.cli.verb.EventsVerb;
import ctrenc.cli.verb.ExecVerb;
import ctrenc.cli.verb.FlattenVerb;
import ctrenc.cli.verb.ForkVerb;
import ctrenc.cli.verb.ImageImportVerb;
import ctrenc.cli.verb.ImageListVerb;
import ctrenc.cli.verb.ImageRemoveVerb;
import ctrenc.cli.verb.InspectVerb;
import ctrenc.cli.verb.KeyAddVerb;
import ctrenc.cli.verb.KeyChangeVerb;
import ctrenc.cli.verb.KeyGenerateVerb;
import ctrenc.cli.verb.KeyListVerb;
import ctrenc.cli.verb.KeyRemoveVerb;
import ctrenc.cli.verb.LockVerb;
import ctrenc.cli.verb.LogsVerb;
import ctrenc.cli.verb.MountVerb;
import ctrenc.cli.verb.NestedVerbs;
import ctrenc.cli.verb.Options;
import ctrenc.cli.verb.PsVerb;
import ctrenc.cli.verb.QuotaVerb;
import ctrenc.cli.verb.ReceiveVerb;
import ctrenc.cli.verb.RemoveVerb;
import ctrenc.cli.verb.RepairVerb;
import ctrenc.cli.verb.RestoreVerb;
import ctrenc.cli.verb.RotateVerb;
import ctrenc.cli.verb.RunVerb;
import ctrenc.cli.verb.SendVerb;
import ctrenc.cli.verb.SnapshotCreateVerb;
import ctrenc.cli.verb.SnapshotListVerb;
import ctrenc.cli.verb.SnapshotRemoveVerb;
import ctrenc.cli.verb.StopVerb;
import ctrenc.cli.verb.UnlockVerb;
import ctrenc.cli.verb.UnmountVerb;
import ctrenc.cli.verb.Verb;
import ctrenc.cli.verb.VerifyVerb;
import ctrenc.cli.verb.VersionVerb;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.TextTable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * All verbs, in the order of the help. A call pays for those alone that its words may name: for
 * each of the others picocli would prepare what takes longer than most calls.
 */
final class CommandTree {
  static final String NAME = "ctr-enc";
  private static final int HELP_WIDTH = 100;

  private static final CommandLine.IFactory LISTS = new ListFactory();

  private final Predicate<String> named;

  private CommandTree(Predicate<String> named) {
    this.named = named;
  }

  /** The tree for a call inside a container that runs others. */
  static CommandLine nested(String... arguments) {
    CommandTree tree = new CommandTree(Set.copyOf(Arrays.asList(arguments))::contains);
    Branch root = Branch.of(NAME, NAME);
    root.spec()
        .usageMessage()
        .description("Containers and subvolumes in this one, each under a key of its own.")
        .commandListHeading("")
        .footer("", "The other verbs are for the host: call them there.");
    Options.addCommon(root.spec(), false);
    NestedVerbs.ofSubvolumes().forEach(verb -> tree.add(root, verb));
    tree.addGroup(root, "snapshot", "Keep what one holds at once.", NestedVerbs.ofSnapshots());
    tree.addGroup(root, "key", "See and change what opens one.", NestedVerbs.ofKeys());
    tree.add(root, new VersionVerb());
    return finished(root);
  }

  private static CommandLine finished(Branch root) {
    return root.commandLine()
        .setUsageHelpWidth(HELP_WIDTH)
        .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
        .setExpandAtFiles(false);
  }

  /** The tree for a call with these arguments; its help lists the verbs that are not in it too. */
  static CommandLine of(String... arguments) {
    Set<String> words = Set.copyOf(Arrays.asList(arguments));
    boolean all = words.contains(CompletionVerb.NAME);
    return new CommandTree(name -> all || words.contains(name)).commandLine();
  }

  private CommandLine commandLine() {
    Branch root = Branch.of(NAME, NAME);
    root.spec()
        .usageMessage()
        .description("Containers whose every write is encrypted under a key of their own.")
        .footer(
            "",
            "'ctr-enc VERB --help' tells more of a verb. The daemon is started when it is needed.");
    Options.addCommon(root.spec(), false);
    addContainerVerbs(root);
    addGroups(root);
    List.of(new SendVerb(), new ReceiveVerb(), new BackupVerb(), new RestoreVerb())
        .forEach(verb -> add(root, verb));
    List.of(new CheckVerb(), new VerifyVerb(), new CompactVerb(), new RepairVerb())
        .forEach(verb -> add(root, verb));
    List.of(new DoctorVerb(), new VersionVerb(), new CompletionVerb())
        .forEach(verb -> add(root, verb));
    return finished(root);
  }

  private void addGroups(Branch root) {
    addGroup(
        root,
        "snapshot",
        "Keep what roots hold at one instant, list and remove what was kept.",
        List.of(new SnapshotCreateVerb(), new SnapshotListVerb(), new SnapshotRemoveVerb()));
    add(root, new ForkVerb());
    add(root, new RotateVerb());
    add(root, new FlattenVerb());
    addGroup(
        root,
        "image",
        "Import, list and remove images.",
        List.of(new ImageImportVerb(), new ImageListVerb(), new ImageRemoveVerb()));
    addGroup(
        root,
        "key",
        "See and change what opens a kept root.",
        List.of(
            new KeyListVerb(),
            new KeyAddVerb(),
            new KeyChangeVerb(),
            new KeyRemoveVerb(),
            new KeyGenerateVerb()));
    addDaemonGroup(root);
  }

  private void addDaemonGroup(Branch root) {
    addGroup(
        root,
        "daemon",
        "Start and stop the daemon, and see how it is.",
        List.of(
            new DaemonStartVerb(),
            new DaemonStatusVerb(),
            new DaemonStopVerb(),
            new DaemonRestartVerb()));
  }

  private void addContainerVerbs(Branch root) {
    add(root, new RunVerb());
    add(root, new CreateVerb());
    add(root, new MountVerb());
    add(root, new UnmountVerb());
    add(root, new PsVerb());
    add(root, new InspectVerb());
    add(root, new ExecVerb());
    add(root, new LogsVerb());
    add(root, new StopVerb());
    add(root, new RemoveVerb());
    add(root, new LockVerb());
    add(root, new UnlockVerb());
    add(root, new QuotaVerb());
    add(root, new EventsVerb());
  }

  private void addGroup(Branch root, String name, String summary, List<Verb> verbs) {
    root.verbs().put(name, summary);
    if (named.test(name)) {
      Branch group = Branch.of(name, NAME + " " + name);
      group.spec().usageMessage().description(summary);
      Options.addCommon(group.spec(), true);
      verbs.forEach(verb -> add(group, verb));
      root.spec().addSubcommand(name, group.commandLine());
    }
  }

  private void add(Branch parent, Verb verb) {
    parent.verbs().put(verb.name(), verb.summary());
    if (named.test(verb.name())) {
      CommandSpec spec = CommandSpec.wrapWithoutInspection(verb, LISTS).name(verb.name());
      spec.usageMessage().description(verb.summary());
      Options.addCommon(spec, true);
      verb.describe(spec);
      parent.spec().addSubcommand(verb.name(), new CommandLine(spec, LISTS));
    }
  }

  /**
   * Where verbs hang.
   *
   * @param verbs the summary of each, by its name, in the order of the help
   */
  private record Branch(CommandSpec spec, Map<String, String> verbs) {
    static Branch of(String name, String path) {
      CommandSpec spec = CommandSpec.wrapWithoutInspection(null, LISTS).name(name);
      spec.usageMessage().customSynopsis(path + " [OPTIONS] VERB");
      return new Branch(spec, new LinkedHashMap<>());
    }

    CommandLine commandLine() {
      CommandLine line = new CommandLine(spec, LISTS);
      line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, this::list);
      return line;
    }

    private String list(CommandLine.Help help) {
      int indent = 2;
      int names = indent + verbs.keySet().stream().mapToInt(String::length).max().orElse(0);
      TextTable table =
          TextTable.forColumns(
              help.colorScheme(),
              new Column(names, indent, Column.Overflow.SPAN),
              new Column(
                  help.commandSpec().usageMessage().width() - names, indent, Column.Overflow.WRAP));
      verbs.forEach(table::addRowValues);
      return "%nVerbs:%n".formatted() + table;
    }
  }

  /**
   * Makes the lists that hold the values of options, which is all that is made here on demand;
   * picocli's own factory would search every jar for Groovy.
   */
  private static final class ListFactory implements CommandLine.IFactory {
    @Override
    public <K> K create(Class<K> type) {
      return type.cast(new ArrayList<>());
    }
  }
}
