package ctrenc.e2e.house;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Words that must not stand in some files.
 *
 * @param reason what the reader of a failure needs to know
 */
record TextRule(String name, String regex, Predicate<Path> where, String reason) {

  private static final Predicate<Path> EVERYWHERE = path -> true;
  private static final Predicate<Path> JAVA = path -> path.toString().endsWith(".java");
  private static final Predicate<Path> JAVA_MAIN =
      JAVA.and(path -> path.toString().contains("/src/main/"));
  private static final Predicate<Path> PROSE =
      path -> path.toString().matches(".*\\.(java|md|proto)");
  private static final Predicate<Path> STORE =
      JAVA.and(
          path ->
              path.toString()
                  .matches(".*/overlay/(segment|extent|meta|layer|subvolume|scrub|export)/.*"));

  /** The one file that has to spell the words out. */
  private static final Path THIS = Path.of("e2e/src/test/java/ctrenc/e2e/house/TextRule.java");

  static Stream<TextRule> all() {
    return Stream.of(
        new TextRule(
            "glossary",
            "(?i)\\btombstones?\\b|\\bpromot(e|es|ed|ing|ion)\\b",
            PROSE,
            "one word, one meaning: a whiteout hides a name, copy-up brings an object into upper"),
        new TextRule(
            "segment file",
            "(?i)\\b(?:a|an|the|each|every|one|this|that|which|new|open|sealed|current) segments?\\b"
                + "(?! files?\\b)",
            STORE,
            "a segment file is always two words, since Java has MemorySegment"),
        new TextRule(
            "unfinished",
            "\\b(TODO|FIXME|XXX|HACK)\\b|@Disabled\\b|UnsupportedOperationException",
            EVERYWHERE,
            "what is committed is finished; what is not wanted is not there"),
        new TextRule(
            "product alone",
            "/work/|(?i)co-authored-by|\\b(claude|chatgpt|copilot|openai|anthropic)\\b",
            EVERYWHERE,
            "what is committed speaks of the product alone, on any machine"),
        new TextRule(
            "registry hosts",
            "(?i)repo1?\\.maven|repo\\.maven\\.apache|deb\\.debian\\.org|registry\\.npmjs",
            EVERYWHERE,
            "where packages come from is the machine's affair, not the project's"),
        new TextRule(
            "banner",
            "@author\\b|(?i)\\* (copyright|licensed under)|SPDX-License",
            JAVA,
            "the history names the authors, and one file the licence"),
        new TextRule(
            "reflection",
            "setAccessible\\(|java\\.lang\\.reflect\\.Proxy|sun\\.misc\\.Unsafe",
            JAVA_MAIN,
            "what the compiler cannot see cannot be checked"),
        new TextRule(
            "mocks",
            "(?i)\\bmockito\\b|\\beasymock\\b|\\bjmockit\\b",
            EVERYWHERE,
            "hand-made fakes behave; mocks repeat what the test already believes"),
        new TextRule(
            "suppression",
            "@SuppressWarnings\\(\"(all|NullAway)\"\\)",
            JAVA_MAIN,
            "a checker that is silenced wholesale guards nothing"));
  }

  /** Every place that breaks the rule, as {@code path:line: text}. */
  List<String> violations() {
    Pattern pattern = Pattern.compile(regex);
    List<String> found = new ArrayList<>();
    for (Path file : Repository.files()) {
      if (!where.test(file) || file.equals(THIS) || isBinary(file)) {
        continue;
      }
      List<String> lines = Repository.read(file).lines().toList();
      for (int i = 0; i < lines.size(); i++) {
        if (pattern.matcher(lines.get(i)).find()) {
          found.add(file + ":" + (i + 1) + ": " + lines.get(i).strip());
        }
      }
    }
    return found;
  }

  private static boolean isBinary(Path file) {
    return !file.toString()
        .matches(".*(\\.(java|md|proto|xml|properties|sh|txt|py|c)|/[^.]+|run)$");
  }

  @Override
  public String toString() {
    return name;
  }
}
