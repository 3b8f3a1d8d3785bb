package ctrenc.overlay.export;

import ctrenc.overlay.storage.Pace;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/**
 * Writes a root, and what is nested in it, as an archive with one member for each object, without
 * keys. Not thread-safe.
 */
public record TreeBackup(TreeObjects objects) {

  public void write(WritableByteChannel out, Pace pace, TransferProgress progress)
      throws IOException {
    try (ArchiveSink sink = new ArchiveSink(out, pace, progress)) {
      write(sink);
      sink.end();
    }
  }

  private void write(ArchiveSink sink) throws IOException {
    sink.tree(objects.tree());
    for (int i = 0; i < objects.size(); i++) {
      if (i > 0) {
        sink.nested(objects.nested(i), objects.anchor(i));
      }
      new Backup(objects.stack(i)).write(sink);
    }
  }
}
