package ctrenc.e2e.harness;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Picks single fields out of the command line's JSON. */
public final class Json {

  private Json() {}

  public static long number(String json, String field) {
    return Long.parseLong(find(json, field, "(-?\\d+)"));
  }

  public static String text(String json, String field) {
    return find(json, field, "\"((?:[^\"\\\\]|\\\\.)*)\"");
  }

  private static String find(String json, String field, String value) {
    Matcher matcher =
        Pattern.compile("\"" + Pattern.quote(field) + "\"\\s*:\\s*" + value).matcher(json);
    if (!matcher.find()) {
      throw new AssertionError("no field " + field + " in " + json);
    }
    return matcher.group(1);
  }
}
