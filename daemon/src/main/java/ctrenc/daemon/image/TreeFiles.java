package ctrenc.daemon.image;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.ErrorNumber;
import ctrenc.overlay.sys.FileOpener;
import ctrenc.overlay.sys.FileStatus;
import ctrenc.overlay.sys.OpenFlag;
import ctrenc.overlay.sys.Resolve;
import ctrenc.overlay.sys.SystemCallException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Reads the files of a directory whose content is not trusted: nothing outside of it is ever
 * opened.
 */
final class TreeFiles implements AutoCloseable {

  private static final int MAX_JSON = 4 << 20;
  private static final int TYPE_MASK = 0170000;
  private static final int REGULAR = 0100000;

  private final Descriptor root;

  TreeFiles(Path directory) throws IOException {
    root = FileOpener.open(directory, OpenFlag.PATH | OpenFlag.DIRECTORY);
  }

  boolean has(String path) throws IOException {
    try (Descriptor file = openFile(path)) {
      return file.isOpen();
    } catch (RefusedException _) {
      return false;
    }
  }

  InputStream open(String path) throws IOException {
    return new DescriptorInputStream(openFile(path));
  }

  private Descriptor openFile(String path) throws IOException {
    Descriptor file;
    try {
      file =
          FileOpener.openResolved(
              root,
              path.getBytes(StandardCharsets.UTF_8),
              OpenFlag.READ_ONLY | OpenFlag.NON_BLOCKING,
              0,
              Resolve.BENEATH | Resolve.NO_MAGIC_LINKS);
    } catch (SystemCallException e) {
      throw switch (e.errno()) {
        case ErrorNumber.ENOENT, ErrorNumber.ENOTDIR ->
            RefusedException.invalid("The image is not whole: " + path + " is missing.");
        case ErrorNumber.ELOOP, ErrorNumber.EXDEV, ErrorNumber.ENXIO ->
            RefusedException.invalid("The image is not sound: " + path + " leads out of it.");
        default -> e;
      };
    }
    if ((FileStatus.of(file).mode() & TYPE_MASK) != REGULAR) {
      file.close();
      throw RefusedException.invalid("The image is not sound: " + path + " is no file.");
    }
    return file;
  }

  /** A JSON document of at most 4 MiB. */
  JsonElement json(String path) throws IOException {
    try (InputStream in = open(path)) {
      return parse(in, path);
    }
  }

  static JsonElement parse(InputStream in, String path) throws IOException {
    byte[] bytes = in.readNBytes(MAX_JSON + 1);
    if (bytes.length > MAX_JSON) {
      throw RefusedException.invalid("The image is not sound: " + path + " is larger than 4 MiB.");
    }
    try {
      return JsonParser.parseString(new String(bytes, StandardCharsets.UTF_8));
    } catch (JsonParseException _) {
      throw RefusedException.invalid("The image is not sound: " + path + " is no JSON.");
    }
  }

  static JsonObject object(JsonElement element, String path) throws RefusedException {
    if (!element.isJsonObject()) {
      throw RefusedException.invalid("The image is not sound: " + path + " is no JSON object.");
    }
    return element.getAsJsonObject();
  }

  @Override
  public void close() throws IOException {
    root.close();
  }
}
