#!/usr/bin/env bash
# Prints, as the last line on stdout, a Docker Compose of version 2 or newer, with which the tests read docker-compose.yml. It needs no
# Docker engine for that.
#
# The one on PATH, else a copy from Debian's unstable suite (14 MB to fetch), kept in ${CCM_TEST_CACHE:-~/.cache/ccm}/compose. The system
# is left as it is. May run many times, and several times at once: what is complete is moved into place in one step.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/debian.sh"

cache="${CCM_TEST_CACHE:-${HOME:-/root}/.cache/ccm}/compose"
copy="$cache/docker-compose"

fail() {
  echo "get-compose: $1 Put docker-compose 2 or newer on PATH." >&2
  exit 1
}

runs() { [[ "$("$1" version 2> /dev/null)" == "Docker Compose version "[v2-9]* ]]; }

for found in "$(command -v docker-compose || true)" "$copy"; do
  if [ -n "$found" ] && runs "$found"; then
    echo "$found"
    exit
  fi
done

need_debian
mkdir -p "$(dirname "$cache")" || fail "the cache folder cannot be made: set CCM_TEST_CACHE to one that can."
work=$(mktemp -d "$cache.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/root" "$work/done"
echo "get-compose: fetching Docker Compose from Debian unstable ..." >&2
open_unstable
(cd "$work/archives" && apt_unstable download docker-compose >&2) || fail "the package docker-compose cannot be fetched."
dpkg-deb -x "$work"/archives/docker-compose_*.deb "$work/root" || fail "the package docker-compose cannot be unpacked."
find "$work/root" -type f -name docker-compose -perm /100 -exec mv {} "$work/done/docker-compose" \;
runs "$work/done/docker-compose" || fail "the docker-compose of Debian unstable is too old, or does not run here."

# Another run may have been faster; then its copy stays. What stands there and does not run is moved out of the way.
if [ -e "$cache" ] && ! runs "$copy"; then
  mv -T "$cache" "$work/broken" || true
fi
mv -T "$work/done" "$cache" 2> /dev/null || runs "$copy" || fail "the cache folder '$cache' cannot be written."
echo "$copy"
