# A long piece of ordinary work on a root, the same on every filesystem: whatever it leaves behind must be equal.
# usage: sh -eu work.sh ROOT
cd "$1"

# New files of many sizes, sparse ones, holes punched and ranges zeroed.
mkdir -p work/sizes work/sparse work/names work/links work/modes
for size in 0 1 2047 2048 2049 4095 4096 4097 16384 65537 1048576 3000001; do
  head -c "$size" /dev/zero | tr '\0' 'x' > "work/sizes/$size"
done
truncate -s 50M work/sparse/all-hole
printf end | dd of=work/sparse/tail bs=1 seek=10485760 conv=notrunc status=none
head -c 4194304 /dev/zero | tr '\0' 'y' > work/sparse/punched
fallocate --punch-hole --offset 1048576 --length 1048576 work/sparse/punched
fallocate --zero-range --offset 3145728 --length 4096 work/sparse/punched
truncate -s 100 work/sizes/4096
truncate -s 9000 work/sizes/2049
printf changed | dd of=work/sizes/65537 bs=1 seek=30000 conv=notrunc status=none
printf more >> work/sizes/1

# Names: long, odd, not UTF-8.
long=$(printf '%0255d' 7)
: > "work/names/$long"
printf x > "work/names/$(printf 'a\nb')"
printf x > "work/names/$(printf '\377\376')"
printf x > "work/names/ leading and trailing "
mkdir "work/names/-dash"

# Links, symbolic links to 4095 bytes, devices, fifos, sockets.
ln work/sizes/1048576 work/links/hard
ln bin/sh work/links/shell 2> /dev/null || ln usr/bin/dash work/links/shell
ln -s "$(printf '%04095d' 1)" work/links/longest
ln -s ../sizes/1 work/links/relative
mknod work/modes/null c 1 3
mknod work/modes/loop b 7 200
mknod work/modes/fifo p
mknod work/modes/zero c 0 0

# Modes, owners, privilege bits and their loss, inherited groups.
for mode in 0000 0400 0640 1777 2755 4755 6755; do : > "work/modes/m$mode"; chmod "$mode" "work/modes/m$mode"; done
cp work/sizes/1 work/modes/suid && chmod 4755 work/modes/suid && chown 1000:1000 work/modes/suid
mkdir work/modes/setgid && chgrp 50 work/modes/setgid && chmod 2775 work/modes/setgid
: > work/modes/setgid/file && mkdir work/modes/setgid/dir
chown -h 12:34 work/links/relative

# Attributes: user, trusted, security, ACLs with inheritance.
setfattr -n user.colour -v blue work/sizes/1
setfattr -n trusted.note -v secret work/sizes
setfattr -n user.big -v "$(printf '%03000d' 5)" work/sizes/2047
setfattr -h -n trusted.link -v yes work/links/relative
setfattr -n user.gone -v x work/sizes/1 && setfattr -x user.gone work/sizes/1
setfacl -m u:1000:rwx,g:50:r work/sizes/4097
mkdir work/acl && setfacl -d -m u:1001:rx,m::rwx work/acl && (umask 027; : > work/acl/file; mkdir work/acl/dir)
chmod g-w work/acl/dir
setcap cap_net_raw+ep work/sizes/16384
setcap cap_net_raw+ep work/sizes/65537 && printf y >> work/sizes/65537

# Changes of what the image brought: copy-up by write, chmod, link, rename; a directory of the image moved; names reused.
printf '\n# changed\n' >> etc/debconf.conf
chmod 600 etc/issue.net
mv etc/issue etc/issue.moved
mv usr/share/doc usr/share/documents
mv usr/share/documents/bash usr/share/bash-documents
rm -rf usr/share/locale && mkdir usr/share/locale && printf new > usr/share/locale/new
rm etc/profile && mkdir etc/profile && rmdir etc/profile && printf again > etc/profile
ln etc/hostname etc/hostname.second 2> /dev/null || ln etc/hosts etc/hosts.second
truncate -s 10 usr/bin/perl
mv -T etc/cron.d work/cron.d 2> /dev/null || mv etc/default work/default
cp -a usr/lib/python3* work/
find work/python3* -name '*.py' -newermt 1970-01-01 -print0 | sort -z | head -zn 40 | xargs -0 rm

# Exchange and replacement.
printf one > work/one && printf two > work/two && mv work/one work/two
mkdir work/from work/to && printf f > work/from/f && mv -T work/from work/to

# Times, to the nanosecond and far away.
touch -d '1960-02-03 04:05:06.123456789 UTC' work/sizes/2048
touch -d '2300-01-01 00:00:00.000000001 UTC' work/sizes/0
touch -h -d '2001-02-03 04:05:06 UTC' work/links/relative
touch -d '2002-02-02 02:02:02 UTC' work/names
