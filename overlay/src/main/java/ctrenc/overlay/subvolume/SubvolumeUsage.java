package ctrenc.overlay.subvolume;

/**
 * What a subvolume's own layers use: {@code storedBytes} on disk in segment files, {@code inodes}
 * of its own.
 */
public record SubvolumeUsage(long storedBytes, long inodes) {}
