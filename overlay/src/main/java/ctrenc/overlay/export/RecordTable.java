package ctrenc.overlay.export;

import ctrenc.overlay.meta.Table;
import ctrenc.overlay.storage.DamagedException;

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

  static RecordTable of(int code) throws DamagedException {
    for (RecordTable one : values()) {
      if (one.code == code) {
        return one;
      }
    }
    throw new DamagedException("The stream has records of an unknown table.");
  }
}
