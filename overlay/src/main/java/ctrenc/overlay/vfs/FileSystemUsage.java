package ctrenc.overlay.vfs;

/** What statfs(2) says; blocks have {@code blockSize} bytes. */
public record FileSystemUsage(
    int blockSize,
    long blocks,
    long freeBlocks,
    long availableBlocks,
    long files,
    long freeFiles,
    int nameLength) {}
