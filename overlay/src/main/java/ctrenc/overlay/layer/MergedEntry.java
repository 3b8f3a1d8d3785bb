package ctrenc.overlay.layer;

import java.util.List;

/**
 * A name as it shows when trees lie over each other. {@code sources} are the directories that make
 * it up, the highest first; none for other kinds, and none for a directory that shows empty.
 */
record MergedEntry(HostEntry top, List<HostEntry> sources) {}
