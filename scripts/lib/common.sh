# shellcheck shell=bash
# Shared by the scripts of this folder; sourced, never run. Sets WAKALA_TOP and enters it.
WAKALA_TOP=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
cd -- "$WAKALA_TOP" || exit

say() { printf '==> %s\n' "$*"; }
warn() { printf '%s: %s\n' "$(basename -- "$0")" "$*" >&2; }
die() {
  warn "$*"
  exit 1
}
usage_error() {
  warn "$*"
  warn "try: $0 --help"
  exit 2
}

# Prints the comment block at the top of the calling script.
show_help() { awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "$0"; }

# Builds the named targets (all of them when none is named) of a preset; configures first when that was never done.
build_preset() {
  local preset=$1
  shift
  if [[ ! -f build/$preset/build.ninja ]]; then
    say "configuring build/$preset"
    cmake --preset "$preset"
  fi
  say "building ${*:-everything} in build/$preset"
  if (($# > 0)); then
    cmake --build --preset "$preset" --parallel "$(nproc)" --target "$@"
  else
    cmake --build --preset "$preset" --parallel "$(nproc)"
  fi
}
