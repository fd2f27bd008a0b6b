#!/usr/bin/env bash
# Prints, as the last line on stdout, a root folder that holds PostgreSQL 18 with Microsoft's DocumentDB engine, which the tests use as
# their MongoDB where there is no real one; eng/run-documentdb.sh starts it.
#
# Debian has no mongod, but its unstable suite has this engine. The packages are unpacked, not installed, into
# ${CCM_TEST_CACHE:-~/.cache/ccm}/documentdb (140 MB to fetch, 600 MB on disk), and none of their scripts runs, so that nothing needs
# mounting and nothing on the system changes. Making and using such a root takes the right to chroot. May run many times, and several
# times at once: what is complete is moved into place in one step.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/debian.sh"

cache="${CCM_TEST_CACHE:-${HOME:-/root}/.cache/ccm}/documentdb"
user=64000 # PostgreSQL does not run as root; nobody on the system has this number.

fail() {
  echo "get-documentdb: $1 Put mongod on PATH, or name a running MongoDB in CCM_TEST_MONGODB=mongodb://host:port." >&2
  exit 1
}

is_complete() {
  [ -e "$1/var/lib/ccm/template/PG_VERSION" ] && chroot "$1" /usr/lib/postgresql/18/bin/postgres --version > /dev/null 2>&1
}

[ "$(id -u)" = 0 ] || fail "only root can chroot, which the MongoDB-compatible server from Debian needs."
if is_complete "$cache"; then
  echo "$cache"
  exit
fi
need_debian

mkdir -p "$(dirname "$cache")" || fail "the cache folder cannot be made: set CCM_TEST_CACHE to one that can."
# One fetches, the others wait for it and find it done.
exec 9> "$cache.lock"
flock 9
if is_complete "$cache"; then
  echo "$cache"
  exit
fi
work=$(mktemp -d "$cache.XXXXXX")
trap 'rm -rf "$work"' EXIT
root="$work/root"
mkdir "$root"

echo "get-documentdb: fetching the MongoDB-compatible server from Debian unstable, 140 MB ..." >&2
open_unstable
# dash: initdb starts its server through a shell. util-linux: setpriv, with which run-documentdb.sh changes user.
apt_unstable install -y --download-only --no-install-recommends postgresql-18-documentdb base-files dash util-linux \
  || fail "the package postgresql-18-documentdb cannot be fetched: $(tail -n 1 "$work/apt.log")."

echo "get-documentdb: unpacking it ..." >&2
# base-files first: it has the links from /lib and /bin into /usr that the others count on.
for package in "$work"/archives/base-files_*.deb "$work"/archives/*.deb; do
  dpkg-deb -x "$package" "$root" || fail "the package $(basename "$package") cannot be unpacked."
done
rm -rf "$work/archives"

# What the packages' scripts would have done, as far as it is needed.
echo "postgres:x:$user:$user::/:/bin/sh" > "$root/etc/passwd"
echo "postgres:x:$user:" > "$root/etc/group"
echo "127.0.0.1 localhost" > "$root/etc/hosts"
ln -sf postgis-3.control "$root/usr/share/postgresql/18/extension/postgis.control"
# Where no device can be made, a file that all may write to does for what initdb throws away.
mknod -m 666 "$root/dev/null" c 1 3 2> /dev/null || install -m 666 /dev/null "$root/dev/null"
install -d -o "$user" -g "$user" "$root/var/lib/ccm"

echo "get-documentdb: making the database that each run starts with a copy of ..." >&2
in_root() { chroot --userspec="$user:$user" "$root" "$@"; }
in_root /usr/lib/postgresql/18/bin/initdb -D /var/lib/ccm/template --no-locale --encoding=UTF8 --auth=trust --username=postgres --wal-segsize=4 --no-sync \
  > "$work/log" 2>&1 || fail "its database cannot be made: $(tail -n 1 "$work/log")."
echo "create extension documentdb cascade;" | in_root /usr/lib/postgresql/18/bin/postgres --single -D /var/lib/ccm/template \
  -c shared_preload_libraries=pg_cron,pg_documentdb_core,pg_documentdb -c cron.database_name=postgres -c dynamic_shared_memory_type=mmap postgres \
  > "$work/log" 2>&1 || fail "the engine cannot be put into its database: $(tail -n 1 "$work/log")."
# A single-user server goes on after an error.
if grep -q '\(ERROR\|FATAL\):' "$work/log"; then
  fail "the engine cannot be put into its database: $(grep -m 1 '\(ERROR\|FATAL\):' "$work/log")."
fi

# What stands there and is not complete is moved out of the way.
if [ -e "$cache" ]; then
  mv -T "$cache" "$work/broken"
fi
mv -T "$root" "$cache" || fail "the cache folder '$cache' cannot be written."
echo "$cache"
