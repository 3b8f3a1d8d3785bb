package ctrenc.overlay.vfs;

/** A file that was made and opened in one step. */
public record CreatedFile(Attributes attributes, OpenFile file) {}
