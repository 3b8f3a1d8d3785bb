package ctrenc.daemon.snapshotter.filter;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a filter as containerd writes it (package {@code filters} there):
 *
 * <pre>
 * filter   = [ selector { "," selector } ]
 * selector = path [ ( "==" | "!=" | "~=" ) value ]
 * path     = field { "." field }
 * field    = quoted | letter or "_", then letters, digits and "_"
 * value    = quoted | characters without "," and blanks
 * </pre>
 *
 * Quoted text is Go's, in double quotes; the expression behind "~=" may stand between slashes or
 * bars as well, in which a backslash takes the quote's meaning away and nothing else. Not
 * thread-safe.
 */
final class FilterParser {

  private final FilterScanner in;

  private FilterParser(String text) {
    this.in = new FilterScanner(text);
  }

  static Filter parse(String text) throws FilterSyntaxException {
    return new FilterParser(text).filter();
  }

  private Filter filter() throws FilterSyntaxException {
    List<Filter> selectors = new ArrayList<>();
    in.skipBlanks();
    if (!in.atEnd()) {
      selectors.add(selector());
      while (in.take(",")) {
        selectors.add(selector());
      }
      in.requireEnd();
    }
    return new Filter.All(List.copyOf(selectors));
  }

  private Filter selector() throws FilterSyntaxException {
    List<String> path = new ArrayList<>();
    path.add(in.field());
    while (in.take(".")) {
      path.add(in.field());
    }
    List<String> whole = List.copyOf(path);
    if (in.take("==")) {
      return new Filter.Equal(whole, in.value(false));
    }
    if (in.take("!=")) {
      return new Filter.NotEqual(whole, in.value(false));
    }
    if (in.take("~=")) {
      return new Filter.Matching(whole, expression());
    }
    return new Filter.Present(whole);
  }

  private Pattern expression() throws FilterSyntaxException {
    in.skipBlanks();
    int at = in.position();
    String expression = in.value(true);
    try {
      return Pattern.compile(expression);
    } catch (PatternSyntaxException e) {
      throw in.wrong(at, "it is no regular expression: " + e.getDescription());
    }
  }
}
