package ctrenc.overlay.fuse.kernel;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;

/** Gathers a handler for every {@link Operation}. */
final class HandlerTable {

  private final Map<Operation, Handler> handlers = new EnumMap<>(Operation.class);

  HandlerTable add(Operation operation, Handler handler) {
    if (handlers.put(operation, handler) != null) {
      throw new IllegalStateException("two handlers for " + operation);
    }
    return this;
  }

  /** The handlers by ordinal of their operation. */
  Handler[] complete() {
    EnumSet<Operation> missing = EnumSet.allOf(Operation.class);
    missing.removeAll(handlers.keySet());
    if (!missing.isEmpty()) {
      throw new IllegalStateException("no handler for " + missing);
    }
    return handlers.values().toArray(Handler[]::new);
  }
}
