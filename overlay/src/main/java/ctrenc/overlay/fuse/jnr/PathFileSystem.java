package ctrenc.overlay.fuse.jnr;

import ctrenc.overlay.fuse.kernel.ChangeGuard;
import ctrenc.overlay.vfs.FileSystem;

/** One mount's filesystem, as libfuse 2 asks it: by paths, and by files that are open. */
record PathFileSystem(
    ChangeGuard guard,
    KernelNodes nodes,
    NameCalls names,
    AttributeCalls attributes,
    FileCalls files,
    DirectoryCalls directories,
    ExtendedAttributeCalls extendedAttributes) {

  static PathFileSystem of(FileSystem fileSystem, ChangeGuard guard) {
    KernelNodes nodes = new KernelNodes();
    HiddenFiles hidden = new HiddenFiles(fileSystem);
    OpenHandles handles = new OpenHandles();
    Paths paths = new Paths(fileSystem, hidden, nodes);
    return new PathFileSystem(
        guard,
        nodes,
        new NameCalls(fileSystem, paths, hidden, handles),
        new AttributeCalls(fileSystem, paths, handles),
        new FileCalls(fileSystem, paths, handles, hidden, nodes, guard),
        new DirectoryCalls(fileSystem, paths, handles, nodes),
        new ExtendedAttributeCalls(fileSystem, paths));
  }
}
