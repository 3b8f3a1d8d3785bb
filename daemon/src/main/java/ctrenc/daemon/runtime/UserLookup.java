package ctrenc.daemon.runtime;

import ctrenc.daemon.refusal.RefusedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Finds a USER[:GROUP], names or numbers, in a container's own passwd(5) and group(5). What is
 * written there is the container's word: lines that do not parse are passed over.
 */
public final class UserLookup {

  private record Account(String name, int uid, int gid, String home) {}

  private record Group(String name, int gid, List<String> members) {}

  private final RootFiles files;

  public UserLookup(RootFiles files) {
    this.files = files;
  }

  public ContainerUser find(String wanted) throws IOException {
    if (wanted.isEmpty() || wanted.equals("0") || wanted.equals("0:0")) {
      return ContainerUser.ROOT;
    }
    int colon = wanted.indexOf(':');
    String userPart = colon < 0 ? wanted : wanted.substring(0, colon);
    Optional<String> groupPart =
        colon < 0 ? Optional.empty() : Optional.of(wanted.substring(colon + 1));
    Account account = account(userPart);
    if (groupPart.isPresent()) {
      return new ContainerUser(account.uid(), gid(groupPart.get()), List.of(), account.home());
    }
    return new ContainerUser(account.uid(), account.gid(), furtherGroups(account), account.home());
  }

  private Account account(String wanted) throws IOException {
    OptionalInt number = number(wanted);
    for (String line : files.lines("etc/passwd")) {
      Optional<Account> account = parseAccount(line);
      if (account.isPresent() && matches(account.get(), wanted, number)) {
        return account.get();
      }
    }
    if (number.isPresent()) {
      return new Account("", number.getAsInt(), 0, "/");
    }
    throw RefusedException.invalid(
        "The user "
            + wanted
            + " is not in the container's /etc/passwd: use one that is, or a number.");
  }

  private static boolean matches(Account account, String wanted, OptionalInt number) {
    return account.name().equals(wanted)
        || (number.isPresent() && account.uid() == number.getAsInt());
  }

  private int gid(String wanted) throws IOException {
    OptionalInt number = number(wanted);
    if (number.isPresent()) {
      return number.getAsInt();
    }
    for (String line : files.lines("etc/group")) {
      Optional<Group> group = parseGroup(line);
      if (group.isPresent() && group.get().name().equals(wanted)) {
        return group.get().gid();
      }
    }
    throw RefusedException.invalid(
        "The group "
            + wanted
            + " is not in the container's /etc/group: use one that is, or a number.");
  }

  private List<Integer> furtherGroups(Account account) throws IOException {
    List<Integer> groups = new ArrayList<>();
    if (account.name().isEmpty()) {
      return groups;
    }
    for (String line : files.lines("etc/group")) {
      Optional<Group> group = parseGroup(line);
      if (group.isPresent() && group.get().members().contains(account.name())) {
        groups.add(group.get().gid());
      }
    }
    return groups;
  }

  private static Optional<Account> parseAccount(String line) {
    String[] fields = line.split(":", -1);
    if (fields.length < 7) {
      return Optional.empty();
    }
    OptionalInt uid = number(fields[2]);
    OptionalInt gid = number(fields[3]);
    if (uid.isEmpty() || gid.isEmpty()) {
      return Optional.empty();
    }
    String home = fields[5].isEmpty() ? "/" : fields[5];
    return Optional.of(new Account(fields[0], uid.getAsInt(), gid.getAsInt(), home));
  }

  private static Optional<Group> parseGroup(String line) {
    String[] fields = line.split(":", -1);
    if (fields.length < 4) {
      return Optional.empty();
    }
    OptionalInt gid = number(fields[2]);
    return gid.isEmpty()
        ? Optional.empty()
        : Optional.of(new Group(fields[0], gid.getAsInt(), List.of(fields[3].split(","))));
  }

  private static OptionalInt number(String text) {
    if (text.isEmpty() || text.length() > 10 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return OptionalInt.empty();
    }
    long value = Long.parseLong(text);
    return value > Integer.MAX_VALUE ? OptionalInt.empty() : OptionalInt.of((int) value);
  }
}
