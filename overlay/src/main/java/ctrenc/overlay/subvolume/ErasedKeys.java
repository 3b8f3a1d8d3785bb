package ctrenc.overlay.subvolume;

import ctrenc.overlay.audit.Audit;
import ctrenc.overlay.audit.Finding;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/** Tells the audit of keys that were destroyed, by ids alone. Stateless. */
final class ErasedKeys {

  private ErasedKeys() {}

  /** To be called once the keys are gone. */
  static void tell(Audit audit, String subject, KeyLoss lost) {
    Map<String, String> facts =
        Map.of(
            "subvolumes", ids(lost.subvolumes()),
            "layers", ids(lost.layers()),
            "shared",
                lost.shared().stream().map(ErasedKeys::shared).collect(Collectors.joining(" ")));
    audit.report(new Finding(Finding.Kind.ERASED, subject, facts));
  }

  private static String ids(Collection<UUID> ids) {
    return ids.stream().map(UUID::toString).collect(Collectors.joining(" "));
  }

  /** A layer, and the subvolumes that open it still. */
  private static String shared(SealedLayer layer) {
    return layer.readers().stream()
        .map(reader -> reader.subvolume().toString())
        .distinct()
        .collect(Collectors.joining(",", layer.id() + ":", ""));
  }
}
