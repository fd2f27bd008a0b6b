#!/usr/bin/env bash
# Prints, as the last line on stdout, the folder with the npm packages of the OpenID provider that tests sign in at.
#
# They lie in ${CCM_TEST_CACHE:-~/.cache/ccm}/oidc-provider, as the lock file says. Node.js and npm come from Debian where they are missing.
set -euo pipefail
cd "$(dirname "$0")/.."

source=Ccm.Tests/Servers/OidcProvider
cache="${CCM_TEST_CACHE:-${HOME:-/root}/.cache/ccm}/oidc-provider"

fail() {
  echo "get-oidc-provider: $1" >&2
  exit 1
}

has_node() {
  command -v node > /dev/null && [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 18 ]
}

if ! has_node || { ! cmp -s "$source/package-lock.json" "$cache/package-lock.json" && ! command -v npm > /dev/null; }; then
  { command -v apt-get > /dev/null && [ "$(id -u)" = 0 ]; } || fail "Node.js 18 or newer and npm are missing."
  echo "get-oidc-provider: installing nodejs and npm ..." >&2
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends nodejs npm; } > /dev/null 2>&1 || fail "nodejs and npm cannot be installed."
  has_node || fail "the node here is older than 18."
fi

if ! cmp -s "$source/package-lock.json" "$cache/package-lock.json"; then
  mkdir -p "$(dirname "$cache")" || fail "the cache folder cannot be made: set CCM_TEST_CACHE to one that can."
  work=$(mktemp -d "$cache.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  chmod 755 "$work"
  cp "$source/package.json" "$source/package-lock.json" "$work"
  (cd "$work" && npm ci --ignore-scripts --no-audit --no-fund >&2) || fail "the packages cannot be fetched."
  # Another run may have been faster; then the same packages stand there.
  [ ! -e "$cache" ] || mv -T "$cache" "$work/old"
  mv -T "$work" "$cache" 2> /dev/null || cmp -s "$source/package-lock.json" "$cache/package-lock.json" || fail "the cache folder '$cache' cannot be written."
  rm -rf "$cache/old"
fi
echo "$cache/node_modules"
