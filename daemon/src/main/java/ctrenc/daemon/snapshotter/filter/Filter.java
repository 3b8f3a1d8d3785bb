package ctrenc.daemon.snapshotter.filter;

import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A condition on something that has fields. Immutable. */
public sealed interface Filter {

  /** What is asked: the value of a field, by the parts of its path. */
  @FunctionalInterface
  interface Subject {
    Optional<String> field(List<String> path);
  }

  boolean matches(Subject subject);

  /** Passes whatever any of several filters passes; everything, where there is none. */
  static Filter any(List<String> texts) throws FilterSyntaxException {
    if (texts.isEmpty()) {
      return new All(List.of());
    }
    List<Filter> filters = new ArrayList<>();
    for (String text : texts) {
      filters.add(FilterParser.parse(text));
    }
    return new Any(List.copyOf(filters));
  }

  /** Every one of these; with none, everything. */
  record All(List<Filter> filters) implements Filter {
    @Override
    public boolean matches(Subject subject) {
      return filters.stream().allMatch(filter -> filter.matches(subject));
    }
  }

  /** One of these at least. */
  record Any(List<Filter> filters) implements Filter {
    @Override
    public boolean matches(Subject subject) {
      return filters.stream().anyMatch(filter -> filter.matches(subject));
    }
  }

  /** The field is there, whatever its value. */
  record Present(List<String> path) implements Filter {
    @Override
    public boolean matches(Subject subject) {
      return subject.field(path).isPresent();
    }
  }

  record Equal(List<String> path, String value) implements Filter {
    @Override
    public boolean matches(Subject subject) {
      return subject.field(path).filter(value::equals).isPresent();
    }
  }

  /** A field that is not there counts as empty. */
  record NotEqual(List<String> path, String value) implements Filter {
    @Override
    public boolean matches(Subject subject) {
      return !subject.field(path).orElse("").equals(value);
    }
  }

  /** The expression is found in the field; one that is not there counts as empty. */
  record Matching(List<String> path, Pattern pattern) implements Filter {
    @Override
    public boolean matches(Subject subject) {
      return pattern.matcher(subject.field(path).orElse("")).find();
    }
  }
}
