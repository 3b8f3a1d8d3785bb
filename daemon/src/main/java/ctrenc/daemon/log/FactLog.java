package ctrenc.daemon.log;

/**
 * A logger whose text is constant and whose facts are named: {@code info("root mounted",
 * "container", id)} becomes {@code root mounted container=<id>}. Facts come as name and value by
 * turns. No fact is ever a key, a name inside a root, an argument or an environment variable of a
 * container's process. Thread-safe.
 */
public final class FactLog {

  private final System.Logger logger;

  private FactLog(System.Logger logger) {
    this.logger = logger;
  }

  public static FactLog of(Class<?> owner) {
    return new FactLog(System.getLogger(owner.getName()));
  }

  public void info(String text, Object... facts) {
    logger.log(System.Logger.Level.INFO, () -> line(text, facts));
  }

  public void warn(String text, Object... facts) {
    logger.log(System.Logger.Level.WARNING, () -> line(text, facts));
  }

  public void failed(String text, Throwable cause, Object... facts) {
    logger.log(System.Logger.Level.ERROR, () -> line(text, facts), cause);
  }

  static String line(String text, Object... facts) {
    StringBuilder line = new StringBuilder(text);
    for (int i = 0; i + 1 < facts.length; i += 2) {
      String value = String.valueOf(facts[i + 1]);
      line.append(' ').append(facts[i]).append('=').append(isPlain(value) ? value : quote(value));
    }
    return line.toString();
  }

  private static boolean isPlain(String value) {
    return !value.isEmpty()
        && value.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '"' && c != '=');
  }

  /** A value cannot break out of its line, whatever it holds. */
  private static String quote(String value) {
    StringBuilder quoted = new StringBuilder("\"");
    value
        .chars()
        .forEach(
            c -> {
              if (c == '"' || c == '\\') {
                quoted.append('\\').append((char) c);
              } else if (c < ' ' || c == 0x7f) {
                quoted.append(String.format("\\u%04x", c));
              } else {
                quoted.append((char) c);
              }
            });
    return quoted.append('"').toString();
  }
}
