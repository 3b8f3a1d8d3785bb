package ctrenc.overlay.subvolume;

import java.time.Instant;
import java.util.UUID;

/** A snapshot, by the name it has among those of its subvolume. */
public record SnapshotInfo(UUID id, UUID subvolume, String name, Instant created) {}
