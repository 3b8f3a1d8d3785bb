package ctrenc.cli;

import ctrenc.cli.verb.CheckVerb;
import ctrenc.cli.verb.CompletionVerb;
import ctrenc.cli.verb.CreateVerb;
import ctrenc.cli.verb.DaemonStartVerb;
import ctrenc.cli.verb.DaemonStatusVerb;
import ctrenc.cli.verb.DaemonStopVerb;
import ctrenc.cli.verb.EventsVerb;
import ctrenc.cli.verb.ExecVerb;
import ctrenc.cli.verb.ForkVerb;
import ctrenc.cli.verb.ImageImportVerb;
import ctrenc.cli.verb.ImageListVerb;
import ctrenc.cli.verb.ImageRemoveVerb;
import ctrenc.cli.verb.InspectVerb;
import ctrenc.cli.verb.KeyAddVerb;
import ctrenc.cli.verb.KeyGenerateVerb;
import ctrenc.cli.verb.KeyListVerb;
import ctrenc.cli.verb.KeyRemoveVerb;
import ctrenc.cli.verb.LockVerb;
import ctrenc.cli.verb.LogsVerb;
import ctrenc.cli.verb.MountVerb;
import ctrenc.cli.verb.Options;
import ctrenc.cli.verb.PsVerb;
import ctrenc.cli.verb.RemoveVerb;
import ctrenc.cli.verb.RotateVerb;
import ctrenc.cli.verb.RunVerb;
import ctrenc.cli.verb.SnapshotCreateVerb;
import ctrenc.cli.verb.SnapshotListVerb;
import ctrenc.cli.verb.SnapshotRemoveVerb;
import ctrenc.cli.verb.StopVerb;
import ctrenc.cli.verb.UnlockVerb;
import ctrenc.cli.verb.UnmountVerb;
import ctrenc.cli.verb.Verb;
import ctrenc.cli.verb.VersionVerb;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;

/**
 * All verbs, in the order of the help. Options are made for those alone that a call may be about,
 * since making all of them takes longer than most calls.
 */
final class CommandTree {
  static final String NAME = "ctr-enc";
  private static final int HELP_WIDTH = 100;

  private static final CommandLine.IFactory LISTS = new ListFactory();

  private final Predicate<Verb> wanted;

  private CommandTree(Predicate<Verb> wanted) {
    this.wanted = wanted;
  }

  /** The tree for a call with these arguments. */
  static CommandLine of(String... arguments) {
    Set<String> words = Set.copyOf(Arrays.asList(arguments));
    boolean all = words.contains(CompletionVerb.NAME);
    return new CommandTree(verb -> all || words.contains(verb.name())).commandLine();
  }

  private CommandLine commandLine() {
    CommandSpec root = CommandSpec.wrapWithoutInspection(null, LISTS).name(NAME);
    root.usageMessage()
        .description("Containers whose every write is encrypted under a key of their own.")
        .commandListHeading("%nVerbs:%n")
        .footer(
            "",
            "'ctr-enc VERB --help' tells more of a verb. The daemon is started when it is needed.");
    Options.addCommon(root, false);
    addContainerVerbs(root);
    addGroups(root);
    add(root, new CheckVerb());
    add(root, new VersionVerb());
    add(root, new CompletionVerb());
    return new CommandLine(root, LISTS)
        .setUsageHelpWidth(HELP_WIDTH)
        .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
        .setExpandAtFiles(false);
  }

  private void addGroups(CommandSpec root) {
    addGroup(
        root,
        "snapshot",
        "Keep what roots hold at one instant, list and remove what was kept.",
        List.of(new SnapshotCreateVerb(), new SnapshotListVerb(), new SnapshotRemoveVerb()));
    add(root, new ForkVerb());
    add(root, new RotateVerb());
    addGroup(
        root,
        "image",
        "Import, list and remove images.",
        List.of(new ImageImportVerb(), new ImageListVerb(), new ImageRemoveVerb()));
    addGroup(
        root,
        "key",
        "See and change what opens a kept root.",
        List.of(new KeyListVerb(), new KeyAddVerb(), new KeyRemoveVerb(), new KeyGenerateVerb()));
    addGroup(
        root,
        "daemon",
        "Start and stop the daemon, and see how it is.",
        List.of(new DaemonStartVerb(), new DaemonStatusVerb(), new DaemonStopVerb()));
  }

  private void addContainerVerbs(CommandSpec root) {
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
    add(root, new EventsVerb());
  }

  private void addGroup(CommandSpec root, String name, String summary, List<Verb> verbs) {
    CommandSpec group = CommandSpec.wrapWithoutInspection(null, LISTS).name(name);
    group.usageMessage().description(summary).commandListHeading("%nVerbs:%n");
    Options.addCommon(group, true);
    verbs.forEach(verb -> add(group, verb));
    root.addSubcommand(name, new CommandLine(group, LISTS));
  }

  private void add(CommandSpec parent, Verb verb) {
    CommandSpec spec = CommandSpec.wrapWithoutInspection(verb, LISTS).name(verb.name());
    spec.usageMessage().description(verb.summary());
    if (wanted.test(verb)) {
      Options.addCommon(spec, true);
      verb.describe(spec);
    }
    parent.addSubcommand(verb.name(), new CommandLine(spec, LISTS));
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
