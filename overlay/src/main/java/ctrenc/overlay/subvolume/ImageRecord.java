package ctrenc.overlay.subvolume;

import java.util.List;

/** What the catalog says of an image: its layers are those of a stack, top first. */
record ImageRecord(ImageInfo info, List<Long> layers) {}
