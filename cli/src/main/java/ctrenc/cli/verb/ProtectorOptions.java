package ctrenc.cli.verb;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import ctrenc.cli.io.Secrets;
import ctrenc.proto.v1.HeldProtector;
import ctrenc.proto.v1.KeyProvider;
import ctrenc.proto.v1.ProtectorGroup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** How secrets are named on the command line, and brought to the daemon. */
final class ProtectorOptions {
  static final String PROTECT = "--protect";
  private static final String PASSPHRASE_FILE = "--passphrase-file";
  private static final String PASSPHRASE_FD = "--passphrase-fd";
  private static final String KEY_FILE = "--key-file";
  private static final String IDENTITY = "--identity";
  private static final String RECOVERY = "--recovery";
  private static final String RECOVERY_FILE = "--recovery-file";
  private static final String KEY_FILE_PREFIX = "keyfile:";
  private static final String RECIPIENT_PREFIX = "recipient:";
  private static final String PROVIDER_PREFIX = "provider:";
  private static final String PROVIDER = "--provider";

  private static final String SUBVOLUME = "--subvolume";

  private ProtectorOptions() {}

  /** What is nested in a root is named so, where it is not the root itself. */
  static void describeNested(CommandSpec spec) {
    spec.addOption(
        Options.value("ID", "A nested subvolume alone, by its id or its start.", SUBVOLUME));
  }

  /** The nested subvolume that is named; empty for the root itself. */
  static String nested(Arguments arguments) {
    return arguments.value(SUBVOLUME).orElse("");
  }

  /** What says where a passphrase comes from. */
  static void describeSource(CommandSpec spec) {
    spec.addOption(
        Options.value("FILE", "Read the passphrase from a file's first line.", PASSPHRASE_FILE));
    spec.addOption(
        Options.value("NUMBER", "Read the passphrase from an open descriptor.", PASSPHRASE_FD));
  }

  /** What opens a root from now on. */
  static void describeNew(CommandSpec spec) {
    spec.addOption(
        Options.values(
            "WHAT",
            "What opens it: passphrase, keyfile:PATH, recipient:FILE, provider:NAME[:PARAMETERS], "
                + "recovery, tpm, machine; several joined by + are all needed.",
            PROTECT));
    describeSource(spec);
  }

  /** The same inside a container, to whose owner the machine and its providers do not belong. */
  static void describeNewInside(CommandSpec spec) {
    spec.addOption(
        Options.values(
            "WHAT",
            "What opens it: passphrase, keyfile:PATH, recipient:FILE, recovery; several joined by "
                + "+ are all needed.",
            PROTECT));
    describeSource(spec);
  }

  /** What is held to open a root now. */
  static void describeHeld(CommandSpec spec) {
    describeHeld(spec, true);
  }

  /** The same inside a container. */
  static void describeHeldInside(CommandSpec spec) {
    describeHeld(spec, false);
  }

  private static void describeHeld(CommandSpec spec, boolean areProvidersAsked) {
    describeSource(spec);
    spec.addOption(Options.values("FILE", "A key file.", KEY_FILE));
    spec.addOption(Options.values("FILE", "A recipient's private key.", IDENTITY));
    if (areProvidersAsked) {
      spec.addOption(
          Options.values("NAME[:PARAMETERS]", "A key provider, which the daemon asks.", PROVIDER));
    }
    spec.addOption(Options.flag("Ask for the recovery key.", RECOVERY));
    spec.addOption(
        Options.value("FILE", "Read the recovery key from a file's first line.", RECOVERY_FILE));
  }

  static boolean namesPassphrase(Arguments arguments) {
    return arguments.has(PASSPHRASE_FILE) || arguments.has(PASSPHRASE_FD);
  }

  static boolean namesOther(Arguments arguments) {
    return arguments.has(KEY_FILE)
        || arguments.has(IDENTITY)
        || arguments.has(RECOVERY)
        || arguments.has(RECOVERY_FILE)
        || arguments.has(PROVIDER);
  }

  /** One group for each option. */
  static List<ProtectorGroup> groups(Arguments arguments, Path directory) {
    return arguments.values(PROTECT).stream()
        .map(value -> group(value, arguments, directory))
        .toList();
  }

  /** Of protectors that take no file. */
  static ProtectorGroup group(String value, Arguments arguments) {
    return group(value, arguments, Path.of(""));
  }

  private static ProtectorGroup group(String value, Arguments arguments, Path directory) {
    ProtectorGroup.Builder group = ProtectorGroup.newBuilder();
    for (String part : value.split("\\+", -1)) {
      group.addMembers(member(part, arguments, directory));
    }
    return group.build();
  }

  private static HeldProtector member(String part, Arguments arguments, Path directory) {
    HeldProtector.Builder member = HeldProtector.newBuilder();
    if (part.startsWith(KEY_FILE_PREFIX)) {
      return member.setKeyFile(file(part, KEY_FILE_PREFIX, directory)).build();
    }
    if (part.startsWith(RECIPIENT_PREFIX)) {
      return member.setRecipient(file(part, RECIPIENT_PREFIX, directory)).build();
    }
    if (part.startsWith(PROVIDER_PREFIX)) {
      return member.setKeyProvider(provider(part.substring(PROVIDER_PREFIX.length()))).build();
    }
    return switch (part) {
      case "machine" -> member.setMachineKey(true).build();
      case "tpm" -> member.setTpm(true).build();
      case "recovery" -> member.setRecoveryKey(ByteString.EMPTY).build();
      case "passphrase" -> member.setPassphrase(wrap(newPassphrase(arguments))).build();
      default ->
          throw Arguments.usage(
              "%s takes passphrase, keyfile:PATH, recipient:FILE, provider:NAME, recovery, tpm or machine, not '%s'"
                  .formatted(PROTECT, part));
    };
  }

  private static KeyProvider provider(String text) {
    String[] parts = text.split(":", 2);
    return KeyProvider.newBuilder()
        .setName(parts[0])
        .setParameters(ByteString.copyFromUtf8(parts.length == 1 ? "" : parts[1]))
        .build();
  }

  private static ByteString file(String part, String prefix, Path directory) {
    return wrap(Secrets.all(directory.resolve(part.substring(prefix.length()))));
  }

  private static byte[] newPassphrase(Arguments arguments) {
    if (namesPassphrase(arguments)) {
      return passphrase(arguments);
    }
    byte[] first = Secrets.ask("New passphrase: ");
    byte[] second = Secrets.ask("Once more: ");
    if (!Arrays.equals(first, second)) {
      throw Arguments.usage("the two passphrases differ: nothing was done");
    }
    return first;
  }

  static byte[] passphrase(Arguments arguments) {
    if (arguments.value(PASSPHRASE_FILE).isPresent()) {
      return Secrets.line(Path.of(arguments.value(PASSPHRASE_FILE).get()));
    }
    if (arguments.value(PASSPHRASE_FD).isPresent()) {
      return Secrets.line(Path.of("/proc/self/fd/" + arguments.value(PASSPHRASE_FD).get()));
    }
    return Secrets.ask("Passphrase: ");
  }

  /** What the options of an unlock name; the machine's key and TPM are always tried. */
  static List<HeldProtector> held(Arguments arguments, boolean wantsPassphrase) {
    List<HeldProtector> held = new ArrayList<>();
    held.add(HeldProtector.newBuilder().setMachineKey(true).build());
    if (wantsPassphrase) {
      held.add(HeldProtector.newBuilder().setPassphrase(wrap(passphrase(arguments))).build());
    }
    for (String file : arguments.values(KEY_FILE)) {
      held.add(HeldProtector.newBuilder().setKeyFile(wrap(Secrets.all(Path.of(file)))).build());
    }
    for (String file : arguments.values(IDENTITY)) {
      held.add(HeldProtector.newBuilder().setRecipient(wrap(Secrets.all(Path.of(file)))).build());
    }
    for (String name : arguments.values(PROVIDER)) {
      held.add(HeldProtector.newBuilder().setKeyProvider(provider(name)).build());
    }
    if (arguments.has(RECOVERY) || arguments.has(RECOVERY_FILE)) {
      held.add(HeldProtector.newBuilder().setRecoveryKey(wrap(recoveryKey(arguments))).build());
    }
    return held;
  }

  private static byte[] recoveryKey(Arguments arguments) {
    return arguments
        .value(RECOVERY_FILE)
        .map(file -> Secrets.line(Path.of(file)))
        .orElseGet(() -> Secrets.ask("Recovery key: "));
  }

  private static ByteString wrap(byte[] secret) {
    return UnsafeByteOperations.unsafeWrap(secret);
  }
}
