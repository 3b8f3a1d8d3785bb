package ctrenc.daemon.runtime;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Collection;
import java.util.List;

/** Short ways to write JSON trees. */
final class Json {

  private Json() {}

  static JsonArray array(Collection<String> values) {
    JsonArray array = new JsonArray();
    values.forEach(array::add);
    return array;
  }

  static JsonArray numbers(Collection<Integer> values) {
    JsonArray array = new JsonArray();
    values.forEach(array::add);
    return array;
  }

  static JsonObject mount(String target, String type, String source, List<String> options) {
    JsonObject mount = new JsonObject();
    mount.addProperty("destination", target);
    mount.addProperty("type", type);
    mount.addProperty("source", source);
    mount.add("options", array(options));
    return mount;
  }
}
