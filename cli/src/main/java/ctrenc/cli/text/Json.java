package ctrenc.cli.text;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * One JSON value, built in order. Every field is always written; what is absent is null. Field
 * names are a published list ({@code cli/ABI.md}).
 */
public final class Json {

  /** Something that writes itself as fields of an object. */
  @FunctionalInterface
  public interface Fields<T> {
    void write(Json json, T value) throws IOException;
  }

  private final StringWriter text = new StringWriter();
  private final JsonWriter writer = new JsonWriter(text);

  private Json() {}

  /** An object on one line. */
  public static <T> String object(T value, Fields<T> fields) {
    return written(json -> json.writeObject(value, fields));
  }

  /** An array of objects on one line. */
  public static <T> String array(List<T> values, Fields<T> fields) {
    return written(
        json -> {
          json.writer.beginArray();
          for (T value : values) {
            json.writeObject(value, fields);
          }
          json.writer.endArray();
        });
  }

  private interface Body {
    void write(Json json) throws IOException;
  }

  private static String written(Body body) {
    Json json = new Json();
    try {
      body.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // A StringWriter has no I/O that could fail.
    }
    return json.text.toString();
  }

  private <T> void writeObject(T value, Fields<T> fields) throws IOException {
    writer.beginObject();
    fields.write(this, value);
    writer.endObject();
  }

  /** Empty is null. */
  public Json field(String name, String value) throws IOException {
    writer.name(name).value(value.isEmpty() ? null : value);
    return this;
  }

  public Json field(String name, long value) throws IOException {
    writer.name(name).value(value);
    return this;
  }

  public Json field(String name, boolean value) throws IOException {
    writer.name(name).value(value);
    return this;
  }

  /** A number where it is meant, else null. */
  public Json field(String name, long value, boolean present) throws IOException {
    writer.name(name).value(present ? Long.valueOf(value) : null);
    return this;
  }

  public Json field(String name, Instant value) throws IOException {
    return field(name, value.toString());
  }

  public Json field(String name, List<String> values) throws IOException {
    writer.name(name).beginArray();
    for (String value : values) {
      writer.value(value);
    }
    writer.endArray();
    return this;
  }

  /** An array of objects. */
  public <T> Json field(String name, List<T> values, Fields<T> fields) throws IOException {
    writer.name(name).beginArray();
    for (T value : values) {
      writeObject(value, fields);
    }
    writer.endArray();
    return this;
  }

  /** In the order of the names. */
  public Json field(String name, Map<String, String> values) throws IOException {
    writer.name(name).beginObject();
    for (Map.Entry<String, String> entry : new java.util.TreeMap<>(values).entrySet()) {
      writer.name(entry.getKey()).value(entry.getValue());
    }
    writer.endObject();
    return this;
  }
}
