#!/usr/bin/env bash
# Gets what the tests need, builds everything, runs all tests.
# Arguments go to the test program: ./test.sh -class 'Ccm.Tests.Story.*'
set -euo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1

# MongoDB: CCM_TEST_MONGODB, else a mongod on the PATH, else Docker, else the compatible server from Debian's unstable suite: 140 MB the
# first time, which come while the rest is got and built.
documentdb=
log="$(mktemp)"
trap 'rm -f "$log"; [ -z "$documentdb" ] || kill "$documentdb" 2>/dev/null || true' EXIT
if [ -z "${CCM_TEST_MONGODB:-}" ] && ! command -v mongod >/dev/null && ! docker info >/dev/null 2>&1; then
  eng/get-documentdb.sh >/dev/null &
  documentdb=$!
fi

# A browser: CCM_TEST_CHROMIUM, else one on the PATH, else Debian's package.
if [ -z "${CCM_TEST_CHROMIUM:-}" ]; then
  if ! command -v chromium >/dev/null && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    echo "Installing chromium for the browser tests."
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium fonts-dejavu-core; } >/dev/null 2>&1 \
      || echo "NO BROWSER: chromium could not be installed; its tests are skipped."
  fi
  CCM_TEST_CHROMIUM="$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)"
fi
export CCM_TEST_CHROMIUM

# etcd: CCM_TEST_ETCD, else a program new enough, which the script finds or fetches.
if [ -z "${CCM_TEST_ETCD:-}" ]; then
  if etcd_folder="$(eng/get-etcd.sh | tail -n 1)" && [ -x "$etcd_folder/etcd" ]; then
    export PATH="$etcd_folder:$PATH"
  else
    echo "NO ETCD: its tests are skipped; install etcd 3.5 or newer, or set CCM_TEST_ETCD."
  fi
fi

# Redis: CCM_TEST_REDIS, else one on the PATH, else Debian's package.
if [ -z "${CCM_TEST_REDIS:-}" ] && ! command -v redis-server >/dev/null; then
  if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    echo "Installing redis-server for the session tests."
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends redis-server; } >/dev/null 2>&1 || true
  fi
  command -v redis-server >/dev/null || echo "NO REDIS: its tests are skipped; install redis-server, or set CCM_TEST_REDIS."
fi

# An independent OpenID provider: an npm package, with Node.js from Debian where there is none.
eng/get-oidc-provider.sh > /dev/null || echo "NO OPENID PROVIDER: its tests are skipped; install Node.js 18 or newer and npm."

dotnet build Ccm.sln -v quiet

if [ -n "$documentdb" ]; then
  [ ! -e "/proc/$documentdb" ] || echo "Waiting for the MongoDB-compatible server."
  wait "$documentdb" || echo "NO MONGODB: its tests are skipped; eng/get-documentdb.sh said above why."
  documentdb=
fi

status=0
dotnet exec Ccm.Tests/bin/Debug/net10.0/Ccm.Tests.dll -noColor -diagnostics "$@" 2>&1 | tee "$log" || status=$?

summary="$(grep -E '^ *Ccm\.Tests +Total: [0-9]+' "$log" | tail -n 1 || true)"
number() { sed -nE "s/.*$1: ([0-9]+).*/\1/p" <<<"${summary:-$1: 0}"; }
failed=$(( $(number Failed) + $(number Errors) ))
skipped=$(number Skipped)
passed=$(( $(number Total) - $(number Failed) - skipped - $(number 'Not Run') ))
if [ "$passed" -le 0 ]; then
  echo "No test passed: the run did not happen as it should."
  status=1
fi
if [ "$failed" -gt 0 ] && [ "$status" = 0 ]; then
  status=1
fi
# What failed once more at the end, where it is found: a long run's first failure may be out of reach.
if [ "$failed" -gt 0 ]; then
  echo "=== FAILED ==="
  awk '/\[FAIL\]$/ { shown = 25 } /\[(PASS|SKIP)\]$/ || /^      Output:/ { shown = 0 } shown-- > 0 { print substr($0, 1, 400) }' "$log"
fi
echo "$passed passed, $failed failed, $skipped skipped"
exit "$status"
