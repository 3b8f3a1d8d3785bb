package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.vfs.FileSystem;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts the calls of a filesystem, where no one counts requests. */
final class CountedCalls {

  private final FileSystem fileSystem;
  private final Map<String, LongAdder> calls = new ConcurrentHashMap<>();

  CountedCalls(FileSystem fileSystem) {
    this.fileSystem = fileSystem;
  }

  /** The same filesystem, counted. */
  FileSystem fileSystem() {
    return (FileSystem)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {FileSystem.class},
            (proxy, method, arguments) -> call(method, arguments));
  }

  private Object call(Method method, Object[] arguments) throws Throwable {
    calls.computeIfAbsent(method.getName(), unused -> new LongAdder()).increment();
    try {
      return method.invoke(fileSystem, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  /** Calls of the method that is named as an operation is. */
  long of(Operation operation) {
    LongAdder count = calls.get(operation.name().toLowerCase(Locale.ROOT));
    return count == null ? 0 : count.sum();
  }
}
