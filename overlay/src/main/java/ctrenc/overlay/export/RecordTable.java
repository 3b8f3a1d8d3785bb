package ctrenc.overlay.export;

import ctrenc.overlay.layer.RecordShape;
import ctrenc.overlay.meta.MetaCursor;
import ctrenc.overlay.meta.MetaReader;
import ctrenc.overlay.meta.Table;
import ctrenc.overlay.storage.DamagedException;
import java.io.IOException;

/** The tables whose records travel. Codes are part of the format of streams; zero is never one. */
enum RecordTable {
  LAYER(1, Table.LAYER),
  INODE(2, Table.INODE),
  ENTRY(3, Table.ENTRY),
  REFERENCE(4, Table.REFERENCE),
  ORPHAN(5, Table.ORPHAN);

  private final int code;
  private final Table table;

  RecordTable(int code, Table table) {
    this.code = code;
    this.table = table;
  }

  int code() {
    return code;
  }

  Table table() {
    return table;
  }

  /** What a layer has in this table. */
  MetaCursor scan(MetaReader meta, long layer) throws IOException {
    return meta.scan(table, RecordShape.first(layer), RecordShape.first(layer + 1));
  }

  /** Whether a record of this table leaves its store: how that keeps extents stays there. */
  boolean travels(byte[] key) {
    return this != LAYER || !RecordShape.isExtentState(key);
  }

  static RecordTable of(int code) throws DamagedException {
    for (RecordTable one : values()) {
      if (one.code == code) {
        return one;
      }
    }
    throw new DamagedException("The stream has records of an unknown table.");
  }
}
