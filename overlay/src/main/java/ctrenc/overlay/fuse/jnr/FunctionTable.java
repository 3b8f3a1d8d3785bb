package ctrenc.overlay.fuse.jnr;

import java.util.ArrayList;
import java.util.List;
import jnr.ffi.BaseStruct;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/** A structure of pointers to functions of ours, which native code calls as long as it is there. */
final class FunctionTable {

  private final Requests requests;
  private final Runtime runtime;
  private final Pointer memory;

  /** Functions made at run time end with their objects. */
  private final List<Object> functions = new ArrayList<>();

  FunctionTable(Requests requests, Runtime runtime, int size) {
    this.requests = requests;
    this.runtime = runtime;
    memory = runtime.getMemoryManager().allocateDirect(size, true);
  }

  Pointer memory() {
    return memory;
  }

  <T> void set(BaseStruct.Func<?> place, Class<T> shape, T function) {
    functions.add(function);
    memory.putPointer(
        place.offset(), runtime.getClosureManager().getClosurePointer(shape, function));
  }

  /** Answers a request that changes nothing. */
  int ask(String operation, Requests.Call call) {
    return requests.answer(operation, false, call);
  }

  /** Answers a request that changes something, if that is allowed. */
  int change(String operation, Requests.Call call) {
    return requests.answer(operation, true, call);
  }
}
