package ctrenc.cli.fake;

import ctrenc.proto.v1.Container;
import ctrenc.proto.v1.ContainerState;
import ctrenc.proto.v1.LayerReader;
import ctrenc.proto.v1.LostKeys;
import ctrenc.proto.v1.Quota;
import ctrenc.proto.v1.QuotaRequest;
import ctrenc.proto.v1.QuotaResponse;
import ctrenc.proto.v1.SealedLayer;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the fake daemon knows from the beginning. */
final class Samples {

  static final String HEAD = "5d41402abc4b2a76b9719d911017c592-08c2";

  private Samples() {}

  /** One that runs and one that has ended, by name. */
  static Map<String, Container> containers() {
    Container web =
        FakeContainers.container("web", "debian")
            .setState(ContainerState.CONTAINER_STATE_RUNNING)
            .setPid(4711)
            .addArgs("/bin/sh")
            .addArgs("-c")
            .addArgs("while :; do printf '\\a'; done; exit")
            .build();
    Container old =
        FakeContainers.container("old", "/")
            .setState(ContainerState.CONTAINER_STATE_EXITED)
            .setExitCode(3)
            .setKeep(true)
            .setRoot("")
            .clearPassthrough()
            .addArgs("true")
            .build();
    Map<String, Container> containers = new LinkedHashMap<>();
    containers.put("web", web);
    containers.put("old", old);
    return containers;
  }

  /** Of a root with something nested in it, and a fork of a snapshot of it. */
  static LostKeys lostKeys() {
    return LostKeys.newBuilder()
        .addSubvolumes("00000000-0000-0000-0000-000000000001")
        .addLayers("00000000-0000-0000-0000-000000000003")
        .addShared(
            SealedLayer.newBuilder()
                .setId("00000000-0000-0000-0000-000000000004")
                .addReaders(
                    reader("web", "00000000-0000-0000-0000-000000000005").setSnapshot("monday"))
                .addReaders(reader("web", "00000000-0000-0000-0000-000000000006").setNested(true)))
        .build();
  }

  private static LayerReader.Builder reader(String container, String subvolume) {
    return LayerReader.newBuilder().setContainer(container).setSubvolume(subvolume);
  }

  /** A root, limited as the request says, and one subvolume that is nested in it. */
  static QuotaResponse quotas(QuotaRequest request) {
    Quota root =
        Quota.newBuilder()
            .setSubvolume("00000000-0000-0000-0000-000000000001")
            .setBytes(3 << 20)
            .setInodes(12)
            .setExclusiveBytes(2 << 20)
            .setSharedBytes(1 << 20)
            .setTreeExclusiveBytes(4 << 20)
            .setTreeSharedBytes(1 << 20)
            .setTreeBytes(5 << 20)
            .setTreeInodes(20)
            .setLimitBytes(request.getLimitBytes())
            .setLimitInodes(request.getLimitInodes())
            .build();
    Quota nested =
        Quota.newBuilder()
            .setSubvolume("00000000-0000-0000-0000-000000000002")
            .setParent(root.getSubvolume())
            .setBytes(2 << 20)
            .setInodes(8)
            .setTreeBytes(2 << 20)
            .setTreeInodes(8)
            .build();
    return QuotaResponse.newBuilder().addQuotas(root).addQuotas(nested).build();
  }
}
