package ctrenc.overlay.subvolume;

import java.time.Instant;
import java.util.UUID;

/** A subvolume; {@code unlocked} says that its keys are in memory. */
public record SubvolumeInfo(
    UUID id, String name, Base base, boolean throwaway, boolean unlocked, Instant created) {}
