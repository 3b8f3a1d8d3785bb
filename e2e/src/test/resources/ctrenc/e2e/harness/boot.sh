# boot.sh HOME: what a machine's firmware and initial file system do, for a system that lives in namespaces. Becomes its process 1.
# Nothing that it mounts is seen outside, it has control groups of its own, and it knows no units but those in HOME/units.
set -eu
home=$1
groups() { findmnt --raw --noheadings --types cgroup,cgroup2 --output TARGET,FSTYPE,FS-OPTIONS; }

if [ "${2-}" != inside ]; then
    groups | while read -r target type options; do
        own=$target/${home##*/}
        mkdir -p "$own"
        for needed in cpuset.cpus cpuset.mems; do
            [ "$type" = cgroup2 ] || [ ! -e "$own/$needed" ] || cat "$target/$needed" > "$own/$needed"
        done
        echo $$ > "$own/cgroup.procs"
    done
    exec unshare --mount --pid --cgroup --ipc --fork --kill-child sh "$0" "$home" inside
fi
mount --make-rprivate /
# What is mounted outside would stay in use for as long as this system is on.
findmnt --raw --noheadings --types fuse.ctr-enc --output TARGET | xargs --no-run-if-empty umount --lazy || true # Some end meanwhile.
mount -t proc proc /proc
mount --bind "$home/boot_id" /proc/sys/kernel/random/boot_id
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /tmp
hierarchies=$(groups)
umount --recursive --lazy /sys/fs/cgroup
case $hierarchies in
"/sys/fs/cgroup cgroup2"*) ;;
*) mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup ;;
esac
echo "$hierarchies" | while read -r target type options; do
    case $options in
    *name=*) options=none,${options#*,} ;;
    esac
    mkdir -p "$target"
    mount -t "$type" -o "$options" "$type" "$target"
done
exec env -i PATH="$PATH" container=other SYSTEMD_UNIT_PATH="$home/units" \
    /lib/systemd/systemd --system --unit=multi-user.target --show-status=0 --log-target=console
