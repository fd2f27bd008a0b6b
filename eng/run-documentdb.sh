#!/usr/bin/env bash
# eng/run-documentdb.sh ROOT PORT: runs PostgreSQL with the DocumentDB engine on 127.0.0.1:PORT, with a new database of its own, from the
# root folder that eng/get-documentdb.sh made. It ends, and its data goes, when standard input is closed: also when whoever started it
# was killed.
set -euo pipefail
root=$1
port=$2
user=64000 # As in get-documentdb.sh.
data=var/lib/ccm

# Left by runs that were killed together with this script.
find "$root/$data" -maxdepth 1 -name 'run-*' -mmin +1440 -exec rm -rf {} + || true
run="$data/$(basename "$(mktemp -d "$root/$data/run-XXXXXX")")"
trap 'rm -rf "${root:?}/$run"' EXIT
cp -a --reflink=auto "$root/$data/template/." "$root/$run"

# No cron jobs: what they do (deleting what a TTL index says, every minute) would happen at a time that no test could name. Cursors in
# files outlive the connection that opened them, and nobody counts the abandoned ones. A crash of the machine is of no interest.
chroot "$root" /usr/bin/setpriv --reuid="$user" --regid="$user" --clear-groups --pdeathsig=QUIT /usr/lib/postgresql/18/bin/postgres -D "/$run" \
  -c listen_addresses=127.0.0.1 -c port="$port" -c unix_socket_directories= -c max_connections=100 \
  -c shared_preload_libraries=pg_cron,pg_documentdb_core,pg_documentdb -c cron.database_name=postgres -c cron.launch_active_jobs=off \
  -c documentdb.useFileBasedPersistedCursors=on -c documentdb.maxCursorFileCount=0 -c dynamic_shared_memory_type=mmap \
  -c fsync=off -c synchronous_commit=off -c full_page_writes=off < /dev/null &
server=$!
trap 'kill -INT $server 2> /dev/null || true; wait $server 2> /dev/null || true; rm -rf "${root:?}/$run"' EXIT

cat <&0 > /dev/null &
wait -n $server $!
