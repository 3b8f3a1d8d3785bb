package ctrenc.daemon.container;

import ctrenc.overlay.subvolume.KeyLoss;
import ctrenc.proto.v1.Container;
import ctrenc.proto.v1.RemainingReader;
import ctrenc.proto.v1.RemoveContainerResponse;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/** What a removal answers: what is gone, and who still reads parts of it. Stateless. */
final class RemovalView {

  private RemovalView() {}

  static RemoveContainerResponse of(Container last, KeyLoss loss, ContainerRegistry registry) {
    Map<UUID, String> names =
        registry.all().stream()
            .collect(
                Collectors.toMap(
                    one -> one.identity.subvolume(), one -> one.identity.name(), (a, b) -> a));
    RemoveContainerResponse.Builder gone =
        RemoveContainerResponse.newBuilder().setRemoved(last).setLostLayers(loss.layers());
    for (KeyLoss.Reader reader : loss.readers()) {
      gone.addReaders(
          RemainingReader.newBuilder()
              .setName(names.getOrDefault(reader.subvolume(), reader.name()))
              .setLayers(reader.layers()));
    }
    return gone.build();
  }
}
