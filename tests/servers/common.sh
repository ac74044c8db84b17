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

# Runs a command of Go with which Flux, a library in Rust, can be built; what it installs goes to the build folder.
with_flux() { # command…
  local toolchain=${RUSTUP_TOOLCHAIN:-}
  # Flux asks for a Rust of its own, which rustup would have to fetch: the one in use does it as well.
  [ -n "$toolchain" ] || toolchain=$(rustup show active-toolchain 2>/dev/null | awk 'NR == 1 { print $1 }' || true)
  # pkg-config has cargo build Flux, and tells the linker where it is
  GOBIN=$folder go install github.com/influxdata/pkg-config@v0.3.0
  # it looks for what cargo built in Flux' own target folder, so cargo must not be told another one
  env -u CARGO_TARGET_DIR -u CARGO_BUILD_TARGET -u RUSTUP_TOOLCHAIN ${toolchain:+"RUSTUP_TOOLCHAIN=$toolchain"} \
    GOBIN="$folder" PKG_CONFIG="$folder/pkg-config" "$@"
}

command -v go >/dev/null || { printf 'Go is missing: install Go 1.26 or later (https://go.dev/dl)\n' >&2; exit 1; }
