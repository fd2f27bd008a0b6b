# Sourced by the scripts beside it: takes packages from Debian's unstable suite and leaves the system as it is. apt gets a sources list,
# lists and cache of its own below $work, a folder that the caller made; the caller's fail() says why it cannot be done.

# The mirror this machine already takes its own release from; another one may not be reachable.
find_mirror() {
  local codename uri release component
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  while read -r uri release component; do
    if [ "$release" = "$codename" ] && [ "$component" = main ] && [[ "$uri" == */debian/ ]]; then
      echo "$uri"
      return
    fi
  done < <(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null)
}

# Fails unless packages can be had; makes nothing yet. Sets $mirror and $keyring.
need_debian() {
  local tool file
  for tool in apt-get dpkg-deb; do
    command -v "$tool" > /dev/null || fail "'$tool' is missing, so this is no Debian to take packages from."
  done
  keyring=
  for file in /usr/share/keyrings/debian-archive-keyring.{gpg,pgp}; do
    [ -r "$file" ] && keyring=$file && break
  done
  [ -n "$keyring" ] || fail "the Debian archive keyring is missing (package debian-archive-keyring)."
  mirror=$(find_mirror)
  [ -n "$mirror" ] || fail "apt's sources name no Debian mirror (an 'apt-get update' may help)."
}

# Reads the package list of unstable; afterwards apt_unstable is an apt-get for it, whose downloads lie in $work/archives.
open_unstable() {
  mkdir -p "$work/lists/partial" "$work/archives/partial"
  : > "$work/status"
  echo "deb [signed-by=$keyring] $mirror unstable main" > "$work/sources.list"
  # Read after the system's own settings, so that its hooks do not run for this.
  cat > "$work/apt.conf" << 'END'
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
#clear Acquire::IndexTargets::deb::DEP-11;
#clear Acquire::IndexTargets::deb::DEP-11-icons-small;
#clear Acquire::IndexTargets::deb::DEP-11-icons;
#clear Acquire::IndexTargets::deb::DEP-11-icons-hidpi;
Acquire::Languages "none";
Acquire::Retries "3";
APT::Sandbox::User "";
END
  apt_unstable --error-on=any update || fail "the package list of Debian unstable cannot be fetched: $(tail -n 1 "$work/apt.log")."
}

# The empty status file: nothing counts as installed, so that 'install --download-only' brings a package with all that it needs.
apt_unstable() {
  apt-get -q -c "$work/apt.conf" -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o "Dir::State::Lists=$work/lists" -o "Dir::State::status=$work/status" -o "Dir::Cache=$work" -o "Dir::Cache::Archives=$work/archives" "$@" > "$work/apt.log" 2>&1
}
