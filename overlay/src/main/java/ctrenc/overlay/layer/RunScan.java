package ctrenc.overlay.layer;

import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.Table;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Reads the runs of all files of a layer. Stateless. */
final class RunScan {

  private RunScan() {}

  static Map<Long, Long> references(LayerTable table) throws IOException {
    Map<Long, Long> references = new HashMap<>();
    byte[] from = RecordKeys.layer(table.layer());
    byte[] to = RecordKeys.layer(table.layer() + 1);
    try (MetaCursor cursor = table.meta().scan(Table.REFERENCE, from, to)) {
      while (cursor.next()) {
        FileRun run = table.readRun(cursor.key(), cursor.value());
        if (run instanceof FileRun.Data data) {
          references.merge(data.reference().extent(), 1L, Long::sum);
        }
      }
    }
    return references;
  }
}
