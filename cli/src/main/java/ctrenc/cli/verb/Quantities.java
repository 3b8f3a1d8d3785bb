package ctrenc.cli.verb;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Amounts as people write them. */
final class Quantities {
  private static final Pattern BYTES = Pattern.compile("(\\d{1,15})([bkmgt]?)(i?b)?");
  private static final String UNITS = "bkmgt";

  private Quantities() {}

  /** 512m, 2g, 1048576: units of 1024. */
  static long bytes(String option, String text) {
    Matcher matcher = BYTES.matcher(text.toLowerCase(Locale.ROOT));
    if (matcher.matches()) {
      String unit = matcher.group(2);
      int power = unit.isEmpty() ? 0 : UNITS.indexOf(unit);
      long number = Long.parseLong(matcher.group(1));
      if (number > 0 && number <= Long.MAX_VALUE >> (10 * power)) {
        return number << (10 * power);
      }
    }
    throw Arguments.usage(
        "%s wants an amount such as 512m or 2g, not '%s'".formatted(option, text));
  }

  /** 1.5 cores are 1500 thousandths. */
  static long thousandths(String option, String text) {
    if (text.matches("\\d{1,6}(\\.\\d{1,9})?")) {
      long value =
          new BigDecimal(text).movePointRight(3).setScale(0, RoundingMode.HALF_UP).longValue();
      if (value > 0) {
        return value;
      }
    }
    throw Arguments.usage("%s wants a number such as 1.5, not '%s'".formatted(option, text));
  }

  static int seconds(String option, String text) {
    if (!text.matches("\\d{1,6}")) {
      throw Arguments.usage("%s wants whole seconds, not '%s'".formatted(option, text));
    }
    return Integer.parseInt(text);
  }
}
