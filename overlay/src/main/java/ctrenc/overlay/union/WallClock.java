package ctrenc.overlay.union;

import ctrenc.overlay.vfs.Timestamp;
import java.time.Instant;
import java.time.InstantSource;

/** The time that is written into inodes. */
record WallClock(InstantSource source) {

  Timestamp now() {
    Instant now = source.instant();
    return new Timestamp(now.getEpochSecond(), now.getNano());
  }
}
