# What containers do with their roots, in small: $1 is a root over /usr.
root=$1
work=$root/work
mkdir "$work" || exit
find "$root" -xdev -type f -size -64k 2>/dev/null | head -n 1500 | xargs -d '\n' cat >/dev/null
find "$root" -xdev -printf '%s %m\n' 2>/dev/null | head -n 3000 >/dev/null
find "$root" -xdev -type f -size -64k 2>/dev/null | head -n 800 | tar -cf - -T - 2>/dev/null | tar -xf - -C "$work"
find "$work" -type f -exec cat {} + >/dev/null
dd if=/dev/zero of="$work/large" bs=1M count=8 conv=fsync status=none
dd if=/dev/urandom of="$work/large" bs=4k count=400 conv=notrunc oflag=dsync status=none
# Transactions of a database: a journal is written in pieces, made durable with its name, completed, and removed when the file is durable.
command -v perl >/dev/null && perl -MIO::Handle -e '
  my ($work) = @ARGV;
  my $page = "page" x 1024;
  open(my $directory, "<", $work) && open(my $file, "+>", "$work/db") or exit;
  for my $number (1 .. 350) {
    open(my $journal, "+>", "$work/db-journal") or exit;
    syswrite($journal, $page, 512);
    syswrite($journal, $_) for ("from", $page, "sum.", "from", $page, "sum.");
    $journal->sync && $directory->sync or exit;
    sysseek($journal, 0, 0) && syswrite($journal, $page, 12) && $journal->sync or exit;
    for my $place (0, 1 + $number % 40) {
      sysseek($file, 4096 * $place, 0) && syswrite($file, $page) or exit;
    }
    $file->sync && close($journal) && unlink("$work/db-journal") or exit;
    stat("$work/db");
  }' "$work"
dd if="$work/large" of=/dev/null bs=128k iflag=direct status=none
dd if="$work/large" of=/dev/null bs=4k iflag=direct status=none
for number in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  echo "$number" >"$work/new"
  mv "$work/new" "$work/old"
  ln "$work/old" "$work/second"
  rm "$work/second"
done
rm -rf "$work"
