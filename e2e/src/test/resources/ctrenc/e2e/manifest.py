"""Writes one line for everything in a tree, in a fixed order: what two trees must agree on to be the same.

usage: manifest.py ROOT [--times-before SECONDS]
Times that are not older than SECONDS read as "now": two runs of one piece of work differ in them by nature.
"""
import hashlib, os, stat, sys

root = os.fsencode(sys.argv[1])
before = float(sys.argv[3]) if len(sys.argv) > 3 else float('inf')
links = {}


def holes(path, size):
    """The data runs of a file, at the granularity of 4 KiB blocks that ext4 has."""
    runs, at = [], 0
    with open(path, 'rb') as f:
        while at < size:
            try:
                data = os.lseek(f.fileno(), at, os.SEEK_DATA)
            except OSError:
                break
            hole = os.lseek(f.fileno(), data, os.SEEK_HOLE)
            runs.append(f'{data // 4096}-{(min(hole, size) + 4095) // 4096}')
            at = hole
    return ','.join(runs)


def content(path):
    digest = hashlib.sha256()
    with open(path, 'rb') as f:
        while chunk := f.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def line(path):
    s = os.lstat(path)
    name = os.path.relpath(path, root)
    kind = stat.S_IFMT(s.st_mode)
    extra = ''
    if kind == stat.S_IFREG:
        extra = f'size={s.st_size} sha256={content(path)}'
        if s.st_size >= 1 << 16 and s.st_blocks * 512 < s.st_size // 2:
            extra += f' runs={holes(path, s.st_size)}'
    elif kind == stat.S_IFLNK:
        extra = f'target={os.readlink(path)!r}'
    elif kind in (stat.S_IFCHR, stat.S_IFBLK):
        extra = f'rdev={os.major(s.st_rdev)}:{os.minor(s.st_rdev)}'
    if kind != stat.S_IFDIR and s.st_nlink > 1:
        first = links.setdefault(s.st_ino, name)
        extra += f' links={s.st_nlink} same={first!r}'
    time = f'{s.st_mtime_ns}' if s.st_mtime < before else 'now'
    attributes = ' '.join(f'{a}={os.getxattr(path, a, follow_symlinks=False).hex()}'
                          for a in sorted(os.listxattr(path, follow_symlinks=False)))
    return f'{name!r} mode={s.st_mode:o} owner={s.st_uid}:{s.st_gid} mtime={time} {extra} {attributes}'.rstrip()


for directory, subdirectories, files in os.walk(root):
    subdirectories.sort()
    print(line(directory))
    for f in sorted(files + [d for d in subdirectories if os.path.islink(os.path.join(directory, d))]):
        print(line(os.path.join(directory, f)))
