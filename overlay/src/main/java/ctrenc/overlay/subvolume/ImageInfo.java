package ctrenc.overlay.subvolume;

import java.time.Instant;
import java.util.UUID;

/**
 * An image: {@code bytes} counts the sizes of its files, {@code digest} is what its source called
 * it, or empty.
 */
public record ImageInfo(
    UUID id, String name, String digest, Instant created, long files, long bytes) {}
