package ctrenc.daemon.container;

import ctrenc.overlay.subvolume.KeyLoss;
import ctrenc.overlay.subvolume.SealedLayer;
import ctrenc.proto.v1.Container;
import ctrenc.proto.v1.LayerReader;
import ctrenc.proto.v1.LostKeys;
import ctrenc.proto.v1.RemainingReader;
import ctrenc.proto.v1.RemoveContainerResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Who reads sealed layers, by the names of their containers, as answers tell it. Thread-safe. */
record LayerViews(ContainerRegistry registry) {

  /** What a removal of a container answers. */
  RemoveContainerResponse of(Container last, KeyLoss loss) {
    Map<String, Integer> readers = new LinkedHashMap<>();
    LostKeys lost = of(loss);
    for (ctrenc.proto.v1.SealedLayer layer : lost.getSharedList()) {
      layer.getReadersList().stream()
          .map(LayerReader::getContainer)
          .distinct()
          .forEach(name -> readers.merge(name, 1, Integer::sum));
    }
    RemoveContainerResponse.Builder gone =
        RemoveContainerResponse.newBuilder()
            .setRemoved(last)
            .setLostLayers(loss.layers().size())
            .setLost(lost);
    readers.forEach(
        (name, layers) ->
            gone.addReaders(RemainingReader.newBuilder().setName(name).setLayers(layers)));
    return gone.build();
  }

  LostKeys of(KeyLoss loss) {
    return LostKeys.newBuilder()
        .addAllSubvolumes(loss.subvolumes().stream().map(UUID::toString).toList())
        .addAllLayers(loss.layers().stream().map(UUID::toString).toList())
        .addAllShared(of(loss.shared()))
        .build();
  }

  List<ctrenc.proto.v1.SealedLayer> of(List<SealedLayer> layers) {
    Map<UUID, String> names =
        registry.all().stream()
            .collect(
                Collectors.toMap(
                    one -> one.identity.subvolume(), one -> one.identity.name(), (a, b) -> a));
    return layers.stream()
        .map(
            layer ->
                ctrenc.proto.v1.SealedLayer.newBuilder()
                    .setId(layer.id().toString())
                    .addAllReaders(readers(layer, names).toList())
                    .build())
        .toList();
  }

  private static Stream<LayerReader> readers(SealedLayer layer, Map<UUID, String> names) {
    return layer.readers().stream()
        .map(
            reader ->
                LayerReader.newBuilder()
                    .setContainer(names.getOrDefault(reader.root(), reader.name()))
                    .setSubvolume(reader.subvolume().toString())
                    .setNested(!reader.root().equals(reader.subvolume()))
                    .setSnapshot(reader.snapshot().orElse(""))
                    .build());
  }
}
