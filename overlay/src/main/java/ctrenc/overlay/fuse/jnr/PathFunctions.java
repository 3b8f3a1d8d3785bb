package ctrenc.overlay.fuse.jnr;

import ctrenc.overlay.fuse.jnr.Callbacks.IntoBuffer;
import ctrenc.overlay.fuse.jnr.Callbacks.NewValue;
import ctrenc.overlay.fuse.jnr.Callbacks.OnPath;
import ctrenc.overlay.fuse.jnr.Callbacks.OnThree;
import ctrenc.overlay.fuse.jnr.Callbacks.OnTwo;
import ctrenc.overlay.fuse.jnr.Callbacks.Value;
import ctrenc.overlay.fuse.jnr.Callbacks.WithDevice;
import ctrenc.overlay.fuse.jnr.Callbacks.WithMode;
import ctrenc.overlay.fuse.jnr.Callbacks.WithOwner;
import ctrenc.overlay.fuse.jnr.Callbacks.WithSize;
import ctrenc.overlay.fuse.jnr.Callbacks.WithSizeOnFile;
import ru.serce.jnrfuse.struct.FuseOperations;

/** What libfuse asks of a path. */
final class PathFunctions {

  private final FuseOperations layout;
  private final FunctionTable table;

  PathFunctions(FuseOperations layout, FunctionTable table) {
    this.layout = layout;
    this.table = table;
  }

  void add() {
    addMakers();
    addRemovers();
    addTellers();
    addChangers();
    addSizesAndTimes();
    addExtendedAttributeTellers();
    addExtendedAttributeChangers();
  }

  private void addMakers() {
    table.set(
        layout.mknod,
        WithDevice.class,
        (path, mode, device) ->
            table.change(
                "mknod", (mount, asker) -> mount.names().makeNode(asker, path, mode, device)));
    table.set(
        layout.mkdir,
        WithMode.class,
        (path, mode) ->
            table.change(
                "mkdir", (mount, asker) -> mount.names().makeDirectory(asker, path, mode)));
    table.set(
        layout.symlink,
        OnTwo.class,
        (target, path) ->
            table.change(
                "symlink",
                (mount, asker) -> mount.names().makeSymlink(asker.caller(), target, path)));
    table.set(
        layout.link,
        OnTwo.class,
        (path, newPath) ->
            table.change(
                "link", (mount, asker) -> mount.names().link(asker.caller(), path, newPath)));
  }

  private void addRemovers() {
    table.set(
        layout.unlink,
        OnPath.class,
        path ->
            table.change("unlink", (mount, asker) -> mount.names().unlink(asker.caller(), path)));
    table.set(
        layout.rmdir,
        OnPath.class,
        path ->
            table.change(
                "rmdir", (mount, asker) -> mount.names().removeDirectory(asker.caller(), path)));
    table.set(
        layout.rename,
        OnTwo.class,
        (path, newPath) ->
            table.change(
                "rename", (mount, asker) -> mount.names().rename(asker.caller(), path, newPath)));
  }

  private void addTellers() {
    table.set(
        layout.getattr,
        OnTwo.class,
        (path, stat) -> table.ask("getattr", (mount, asker) -> mount.attributes().get(path, stat)));
    table.set(
        layout.fgetattr,
        OnThree.class,
        (path, stat, file) ->
            table.ask("fgetattr", (mount, asker) -> mount.attributes().getOfFile(stat, file)));
    table.set(
        layout.readlink,
        IntoBuffer.class,
        (path, buffer, size) ->
            table.ask(
                "readlink", (mount, asker) -> mount.attributes().readLink(path, buffer, size)));
    table.set(
        layout.statfs,
        OnTwo.class,
        (path, status) ->
            table.ask("statfs", (mount, asker) -> mount.attributes().statistics(path, status)));
  }

  private void addChangers() {
    table.set(
        layout.chmod,
        WithMode.class,
        (path, mode) ->
            table.change(
                "chmod",
                (mount, asker) -> mount.attributes().changeMode(asker.caller(), path, mode)));
    table.set(
        layout.chown,
        WithOwner.class,
        (path, uid, gid) ->
            table.change(
                "chown",
                (mount, asker) -> mount.attributes().changeOwner(asker.caller(), path, uid, gid)));
  }

  private void addSizesAndTimes() {
    table.set(
        layout.truncate,
        WithSize.class,
        (path, size) ->
            table.change(
                "truncate",
                (mount, asker) -> mount.attributes().truncate(asker.caller(), path, size)));
    table.set(
        layout.ftruncate,
        WithSizeOnFile.class,
        (path, size, file) ->
            table.change(
                "ftruncate",
                (mount, asker) -> mount.attributes().truncateFile(asker.caller(), size, file)));
    table.set(
        layout.utimens,
        OnTwo.class,
        (path, times) ->
            table.change(
                "utimens",
                (mount, asker) -> mount.attributes().changeTimes(asker.caller(), path, times)));
  }

  private void addExtendedAttributeTellers() {
    table.set(
        layout.getxattr,
        Value.class,
        (path, name, value, size) ->
            table.ask(
                "getxattr",
                (mount, asker) -> mount.extendedAttributes().get(path, name, value, size)));
    table.set(
        layout.listxattr,
        IntoBuffer.class,
        (path, names, size) ->
            table.ask(
                "listxattr", (mount, asker) -> mount.extendedAttributes().list(path, names, size)));
  }

  private void addExtendedAttributeChangers() {
    table.set(
        layout.setxattr,
        NewValue.class,
        (path, name, value, size, flags) ->
            table.change(
                "setxattr",
                (mount, asker) ->
                    mount
                        .extendedAttributes()
                        .set(asker.caller(), path, name, value, size, flags)));
    table.set(
        layout.removexattr,
        OnTwo.class,
        (path, name) ->
            table.change(
                "removexattr",
                (mount, asker) -> mount.extendedAttributes().remove(asker.caller(), path, name)));
  }
}
