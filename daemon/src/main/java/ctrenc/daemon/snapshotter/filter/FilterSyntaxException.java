package ctrenc.daemon.snapshotter.filter;

/** A filter that is none; the message says where. */
public final class FilterSyntaxException extends Exception {

  private static final long serialVersionUID = 1L;

  FilterSyntaxException(String filter, int at, String problem) {
    super("The filter '" + filter + "' is wrong at character " + (at + 1) + ": " + problem + ".");
  }
}
