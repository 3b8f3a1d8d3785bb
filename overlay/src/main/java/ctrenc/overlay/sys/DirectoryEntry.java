package ctrenc.overlay.sys;

/**
 * One entry of a directory. {@code name} is the entry's own array of 1 to 255 bytes; {@code type}
 * is a DT constant of {@code <dirent.h>}: the type bits of st_mode shifted down by 12, 0 where the
 * filesystem does not say.
 */
@SuppressWarnings("ArrayRecordComponent") // Handed over once, compared by nobody.
public record DirectoryEntry(byte[] name, long inode, int type) {}
