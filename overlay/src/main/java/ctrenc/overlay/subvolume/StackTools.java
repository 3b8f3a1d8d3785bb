package ctrenc.overlay.subvolume;

/** What all who change the stacks of one store work with. */
record StackTools(
    StoreParts parts,
    Catalog catalog,
    NestCatalog nests,
    Keyring keyring,
    StackOpener opener,
    OpenStacks open,
    SubvolumeMaker maker,
    StackFreezer freezer,
    SubvolumeEraser eraser) {}
