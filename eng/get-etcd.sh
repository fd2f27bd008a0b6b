#!/usr/bin/env bash
# Prints, as the last line on stdout, the folder that holds an etcd of 3.5 or newer.
#
# The one on PATH if it is new enough, else a copy from Debian's unstable suite, kept in ${CCM_TEST_CACHE:-~/.cache/ccm}/etcd.
# Debian stable still has 3.4. The system is left as it is: apt gets a sources list, lists and cache of its own, and the package
# is unpacked, not installed. May run many times, and several times at once: what is complete is moved into place in one step.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/debian.sh"

minimum=3.5
cache="${CCM_TEST_CACHE:-${HOME:-/root}/.cache/ccm}/etcd"

fail() {
  echo "get-etcd: $1" >&2
  echo "get-etcd: put an etcd >= $minimum on PATH, or name a running one in CCM_TEST_ETCD=host:port." >&2
  exit 1
}

# Whether $1 is an etcd that runs here and is new enough.
is_new_enough() {
  local said rest version
  [ -x "$1" ] || return 1
  # Not through "head": it may hang up before all is said, which counts as a failure.
  said=$("$1" --version 2>/dev/null) || return 1
  rest=${said#etcd Version: }
  version=${rest%%[!0-9.]*}
  [ -n "$version" ] && [ "$(printf '%s\n%s\n' "$minimum" "$version" | sort -V | head -n 1)" = "$minimum" ]
}

if found=$(command -v etcd) && is_new_enough "$found"; then
  dirname "$found"
  exit
fi
if is_new_enough "$cache/usr/bin/etcd"; then
  echo "$cache/usr/bin"
  exit
fi

need_debian
mkdir -p "$(dirname "$cache")" || fail "the cache folder cannot be made: set CCM_TEST_CACHE to one that can."
work=$(mktemp -d "$cache.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/root"
echo "get-etcd: fetching etcd from Debian unstable ..." >&2
open_unstable
(cd "$work/archives" && apt_unstable download etcd-server) || fail "the package etcd-server cannot be fetched: $(tail -n 1 "$work/apt.log")."
dpkg-deb -x "$work"/archives/etcd-server_*.deb "$work/root" || fail "the package etcd-server cannot be unpacked."
is_new_enough "$work/root/usr/bin/etcd" || fail "the etcd of Debian unstable is too old, or does not run here."

# Another run may have been faster; then its copy stays. What stands there and does not run is moved out of the way.
if [ -e "$cache" ] && ! is_new_enough "$cache/usr/bin/etcd"; then
  mv -T "$cache" "$work/broken" || true
fi
mv -T "$work/root" "$cache" 2> /dev/null || is_new_enough "$cache/usr/bin/etcd" || fail "the cache folder '$cache' cannot be written."
echo "$cache/usr/bin"
