package ctrenc.overlay.fuse.jnr;

import ctrenc.overlay.fuse.jnr.Callbacks.Listing;
import ctrenc.overlay.fuse.jnr.Callbacks.OnTwo;
import ctrenc.overlay.fuse.jnr.Callbacks.Range;
import ctrenc.overlay.fuse.jnr.Callbacks.Transfer;
import ctrenc.overlay.fuse.jnr.Callbacks.WithModeOnFile;
import ru.serce.jnrfuse.struct.FuseOperations;

/** What libfuse asks of files and directories to open, or that are open. */
final class FileFunctions {

  private final FuseOperations layout;
  private final FunctionTable table;

  FileFunctions(FuseOperations layout, FunctionTable table) {
    this.layout = layout;
    this.table = table;
  }

  void add() {
    addOpenings();
    addTransfers();
    addDirectories();
  }

  private void addOpenings() {
    table.set(
        layout.open,
        OnTwo.class,
        (path, file) ->
            table.ask("open", (mount, asker) -> mount.files().open(asker.caller(), path, file)));
    table.set(
        layout.create,
        WithModeOnFile.class,
        (path, mode, file) ->
            table.change(
                "create", (mount, asker) -> mount.files().create(asker, path, mode, file)));
    table.set(
        layout.flush,
        OnTwo.class,
        (path, file) -> table.ask("flush", (mount, asker) -> mount.files().flush(file)));
    table.set(
        layout.release,
        OnTwo.class,
        (path, file) -> table.ask("release", (mount, asker) -> mount.files().release(file)));
  }

  private void addTransfers() {
    table.set(
        layout.read,
        Transfer.class,
        (path, buffer, size, offset, file) ->
            table.ask("read", (mount, asker) -> mount.files().read(buffer, size, offset, file)));
    table.set(
        layout.write,
        Transfer.class,
        (path, buffer, size, offset, file) ->
            table.change(
                "write", (mount, asker) -> mount.files().write(buffer, size, offset, file)));
    table.set(
        layout.fsync,
        WithModeOnFile.class,
        (path, dataOnly, file) ->
            table.ask("fsync", (mount, asker) -> mount.files().sync(dataOnly, file)));
    table.set(
        layout.fallocate,
        Range.class,
        (path, mode, offset, length, file) ->
            table.change(
                "fallocate", (mount, asker) -> mount.files().allocate(mode, offset, length, file)));
  }

  private void addDirectories() {
    table.set(
        layout.opendir,
        OnTwo.class,
        (path, file) ->
            table.ask("opendir", (mount, asker) -> mount.directories().open(path, file)));
    table.set(
        layout.readdir,
        Listing.class,
        (path, buffer, filler, offset, file) ->
            table.ask(
                "readdir",
                (mount, asker) -> mount.directories().list(buffer, filler, offset, file)));
    table.set(
        layout.releasedir,
        OnTwo.class,
        (path, file) ->
            table.ask("releasedir", (mount, asker) -> mount.directories().release(file)));
    table.set(
        layout.fsyncdir,
        WithModeOnFile.class,
        (path, dataOnly, file) ->
            table.ask("fsyncdir", (mount, asker) -> mount.directories().sync(dataOnly, file)));
  }
}
