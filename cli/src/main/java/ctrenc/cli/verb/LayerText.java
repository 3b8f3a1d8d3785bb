package ctrenc.cli.verb;

import ctrenc.cli.text.Json;
import ctrenc.proto.v1.LayerReader;
import ctrenc.proto.v1.LostKeys;
import ctrenc.proto.v1.SealedLayer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Sealed layers, who reads them, and keys that are gone, as text. */
final class LayerText {

  private LayerText() {}

  /** What became of the keys of something that was removed, a line for each. */
  static List<String> notes(String removed, LostKeys lost) {
    List<String> notes = new ArrayList<>();
    lost.getSubvolumesList()
        .forEach(id -> notes.add("%s: the key of subvolume %s is gone".formatted(removed, id)));
    lost.getLayersList()
        .forEach(id -> notes.add("%s: the key of layer %s is gone".formatted(removed, id)));
    for (SealedLayer layer : lost.getSharedList()) {
      notes.add("%s: layer %s stays, read by %s".formatted(removed, layer.getId(), readers(layer)));
    }
    return notes;
  }

  static String readers(SealedLayer layer) {
    return layer.getReadersList().stream().map(LayerText::label).collect(Collectors.joining(", "));
  }

  private static String label(LayerReader reader) {
    String name =
        reader.getSnapshot().isEmpty()
            ? reader.getContainer()
            : reader.getContainer() + "@" + reader.getSnapshot();
    return reader.getNested() ? "%s (nested %s)".formatted(name, reader.getSubvolume()) : name;
  }

  static void fields(Json json, LostKeys lost) throws IOException {
    json.field("erasedSubvolumes", lost.getSubvolumesList())
        .field("erasedLayers", lost.getLayersList())
        .field("sharedLayers", lost.getSharedList(), LayerText::fields);
  }

  static void fields(Json json, SealedLayer layer) throws IOException {
    json.field("layer", layer.getId()).field("readers", layer.getReadersList(), LayerText::fields);
  }

  private static void fields(Json json, LayerReader reader) throws IOException {
    json.field("container", reader.getContainer())
        .field("snapshot", reader.getSnapshot())
        .field("subvolume", reader.getSubvolume())
        .field("isNested", reader.getNested());
  }
}
