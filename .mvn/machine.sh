# What a machine must have, for the scripts that source this file: Debian packages and a JDK 25.
# shellcheck shell=bash

# Builds and runs ctr-enc.
RUN_PACKAGES=(maven runc libfuse2 ca-certificates)

# What the tests compare with, look through and put inside of containers besides.
# shellcheck disable=SC2034  # used by the scripts that source this file
TEST_PACKAGES=("${RUN_PACKAGES[@]}" acl attr busybox-static containerd debootstrap e2fsprogs fio fuse3 fuse-overlayfs gcc
  git gocryptfs jq libc6-dev libcap2-bin procps python3 rsync shellcheck strace swtpm systemd zstd)

die() {
  printf 'ctr-enc: %s\n' "$1" >&2
  exit 69
}

# Prints those of the given Debian packages that are not installed.
missing_packages() {
  local package
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) == "install ok installed" ]] || printf '%s ' "$package"
  done
}

# Installs what is missing of the given Debian packages; the first argument is the log.
need_packages() {
  local log=$1 missing
  shift
  missing=$(missing_packages "$@")
  [[ -n $missing ]] || return 0
  ((EUID == 0)) || die "these Debian packages are missing: ${missing% }; start once as root, or run: apt-get install $missing"
  printf 'ctr-enc: installing %s(log: %s)\n' "$missing" "$log" >&2
  # shellcheck disable=SC2086  # package names are words
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } \
    >>"$log" 2>&1 </dev/null || die "installing ${missing% } failed, see $log"
}

is_jdk25() {
  [[ -x $1/bin/javac && -r $1/release ]] && grep -q '^JAVA_VERSION="25[."]' "$1/release"
}

# Prints the home of a JDK 25: JAVA_HOME if it is one, else that of javac, else the first where JDKs are usually unpacked.
jdk25() {
  local home javac
  javac=$(readlink -f "$(command -v javac || true)" || true)
  for home in "${JAVA_HOME:-}" "${javac%/bin/javac}" /usr/lib/jvm/* /opt/* /usr/local/* ~/.sdkman/candidates/java/*; do
    if [[ -n $home ]] && is_jdk25 "$home"; then
      (cd -P "$home" && pwd)
      return
    fi
  done
  return 1
}

# Exports JAVA_HOME as a JDK 25, which is installed if Debian has one; the first argument is the log.
need_java() {
  local log=$1 package=openjdk-25-jdk-headless home
  if ! home=$(jdk25); then
    if ((EUID == 0)) && { apt-get update; apt-cache show "$package"; } >>"$log" 2>&1; then
      need_packages "$log" "$package"
    fi
    home=$(jdk25) || die "no JDK 25 found, and this Debian has no $package to install: unpack one (such as Temurin 25) \
under /usr/lib/jvm, or point JAVA_HOME to it"
  fi
  export JAVA_HOME=$home
}
