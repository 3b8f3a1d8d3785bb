package ctrenc.overlay.union;

import ctrenc.overlay.vfs.Timestamp;
import java.util.Optional;

/**
 * What gathered writes did to a file's attributes: its size, and when it was last written. Writes
 * of the kernel's cache leave the time to the kernel.
 */
record Unsealed(long size, Optional<Timestamp> modified) {}
