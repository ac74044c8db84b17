# What the scripts here share: they build a server that others wrote, from its public source, once.
set -euo pipefail

SMARTPOLE_CACHE=${SMARTPOLE_CACHE:-$HOME/.cache/smartpole}

say() { printf '%s: %s\n' "$name" "$*" >&2; }
stop() { say "$*"; exit 1; }

# Whether a file of the cache is the program and version that its name says.
is_built() { # file, package, module, version
  [ -x "$1" ] && go version -m "$1" 2>/dev/null |
    awk -F'\t' -v package="$2" -v module="$3" -v version="$4" '
      $2 == "path" && $3 == package { named = 1 }
      ($2 == "mod" || $2 == "dep") && $3 == module && $4 == version { right = 1 }
      END { exit !(named && right) }'
}

# A folder for the build, beside its result so that this is moved there at once and whole; gone in any case.
build_folder() {
  mkdir -p "$SMARTPOLE_CACHE/bin"
  folder=$(mktemp -d "$SMARTPOLE_CACHE/$name-build.XXXXXX")
  trap 'rm -rf "$folder"' EXIT
}

command -v go >/dev/null || { printf 'Go is missing: install Go 1.26 or later (https://go.dev/dl)\n' >&2; exit 1; }
