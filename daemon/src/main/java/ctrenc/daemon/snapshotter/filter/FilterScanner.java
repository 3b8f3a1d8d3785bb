package ctrenc.daemon.snapshotter.filter;

/** Takes the parts of a filter's text, one after the other; blanks between them do not count. */
final class FilterScanner {

  private final String text;
  private int next;

  FilterScanner(String text) {
    this.text = text;
  }

  int position() {
    return next;
  }

  boolean atEnd() {
    return next == text.length();
  }

  void skipBlanks() {
    while (!atEnd() && Character.isWhitespace(text.charAt(next))) {
      next++;
    }
  }

  /** Takes {@code token} if it comes next. */
  boolean take(String token) {
    skipBlanks();
    if (!text.startsWith(token, next)) {
      return false;
    }
    next += token.length();
    return true;
  }

  void requireEnd() throws FilterSyntaxException {
    skipBlanks();
    if (!atEnd()) {
      throw wrong(next, "a comma or the end is expected");
    }
  }

  String field() throws FilterSyntaxException {
    skipBlanks();
    if (!atEnd() && text.charAt(next) == '"') {
      return quoted();
    }
    int begin = next;
    while (!atEnd() && isFieldCharacter(text.charAt(next), next == begin)) {
      next++;
    }
    if (next == begin) {
      throw wrong(begin, "the name of a field is expected");
    }
    return text.substring(begin, next);
  }

  private static boolean isFieldCharacter(char c, boolean isFirst) {
    return c == '_' || Character.isLetter(c) || (!isFirst && Character.isDigit(c));
  }

  /** {@code isExpression} allows slashes and bars as quotes. */
  String value(boolean isExpression) throws FilterSyntaxException {
    skipBlanks();
    if (atEnd()) {
      throw wrong(next, "a value is expected");
    }
    char first = text.charAt(next);
    if (first == '"') {
      return quoted();
    }
    if (first == '/' || first == '|') {
      if (!isExpression) {
        throw wrong(next, "only double quotes are quotes here");
      }
      return between(first);
    }
    int begin = next;
    while (!atEnd() && text.charAt(next) != ',' && !Character.isWhitespace(text.charAt(next))) {
      next++;
    }
    if (next == begin) {
      throw wrong(begin, "a value is expected");
    }
    return text.substring(begin, next);
  }

  private String between(char quote) throws FilterSyntaxException {
    int begin = next++;
    StringBuilder value = new StringBuilder();
    while (!atEnd() && text.charAt(next) != quote) {
      if (text.charAt(next) == '\\' && next + 1 < text.length()) {
        next++;
        if (text.charAt(next) != quote) {
          value.append('\\');
        }
      }
      value.append(text.charAt(next++));
    }
    closeQuote(begin);
    return value.toString();
  }

  private String quoted() throws FilterSyntaxException {
    int begin = next++;
    StringBuilder value = new StringBuilder();
    while (!atEnd() && text.charAt(next) != '"') {
      char c = text.charAt(next++);
      if (c == '\\') {
        escape(value);
      } else {
        value.append(c);
      }
    }
    closeQuote(begin);
    return value.toString();
  }

  private void closeQuote(int begin) throws FilterSyntaxException {
    if (atEnd()) {
      throw wrong(begin, "the quote is not closed");
    }
    next++;
  }

  /** What follows a backslash, as in Go's strings. */
  private void escape(StringBuilder value) throws FilterSyntaxException {
    int at = next - 1;
    char c = atEnd() ? 0 : text.charAt(next++);
    switch (c) {
      case 'a' -> value.append('\u0007');
      case 'b' -> value.append('\b');
      case 'f' -> value.append('\f');
      case 'n' -> value.append('\n');
      case 'r' -> value.append('\r');
      case 't' -> value.append('\t');
      case 'v' -> value.append('\u000b');
      case '\\', '"' -> value.append(c);
      case 'x' -> value.appendCodePoint(number(at, 2, 16));
      case 'u' -> value.appendCodePoint(number(at, 4, 16));
      case 'U' -> value.appendCodePoint(number(at, 8, 16));
      case '0', '1', '2', '3' -> {
        next--;
        value.appendCodePoint(number(at, 3, 8));
      }
      default -> throw wrong(at, "this escape is not known");
    }
  }

  private int number(int at, int digits, int radix) throws FilterSyntaxException {
    int end = next + digits;
    if (end <= text.length()) {
      String number = text.substring(next, end);
      if (number.chars().allMatch(c -> Character.digit(c, radix) >= 0)) {
        next = end;
        long value = Long.parseLong(number, radix);
        if (value <= Character.MAX_CODE_POINT) {
          return (int) value;
        }
      }
    }
    throw wrong(at, "this escape is not known");
  }

  FilterSyntaxException wrong(int at, String problem) {
    return new FilterSyntaxException(text, at, problem);
  }
}
