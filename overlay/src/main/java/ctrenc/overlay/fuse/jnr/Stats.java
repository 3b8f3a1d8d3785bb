package ctrenc.overlay.fuse.jnr;

import ctrenc.overlay.vfs.Attributes;
import ctrenc.overlay.vfs.Timestamp;
import jnr.ffi.Pointer;
import ru.serce.jnrfuse.struct.FileStat;
import ru.serce.jnrfuse.struct.Timespec;

/** Fills a {@code struct stat}, which libfuse has set to zero. */
final class Stats {

  private static final int BLOCK_SIZE = 4096;
  private static final int TYPE_SHIFT = 12;

  private Stats() {}

  static void put(Pointer target, Attributes attributes) {
    FileStat stat = FileStat.of(target);
    stat.st_ino.set(attributes.inode());
    stat.st_mode.set(attributes.mode());
    stat.st_nlink.set(attributes.links());
    stat.st_uid.set(attributes.uid());
    stat.st_gid.set(attributes.gid());
    stat.st_rdev.set(attributes.rdev());
    stat.st_size.set(attributes.size());
    stat.st_blksize.set(BLOCK_SIZE);
    stat.st_blocks.set(attributes.blocks());
    put(stat.st_atim, attributes.accessed());
    put(stat.st_mtim, attributes.modified());
    put(stat.st_ctim, attributes.changed());
  }

  /** What a listing tells of an entry; {@code type} is a {@code d_type}. */
  static void put(FileStat stat, long inode, int type) {
    stat.st_ino.set(inode);
    stat.st_mode.set(type << TYPE_SHIFT);
  }

  private static void put(Timespec target, Timestamp time) {
    target.tv_sec.set(time.seconds());
    target.tv_nsec.set(time.nanos());
  }
}
