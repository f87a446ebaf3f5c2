#!/usr/bin/env bash
# Installs with apt what the build and the kernel work need and the machine lacks; says what it does; does nothing when all is there.
set -euo pipefail

missing=()
need() { # need PACKAGE TEST...: PACKAGE is missing when TEST fails
  local package=$1; shift
  "$@" >/dev/null 2>&1 || missing+=("$package")
}

need clang      command -v clang
need libbpf-dev test -e /usr/include/bpf/bpf_helpers.h
need iproute2   command -v tc
need nftables   test -x /usr/sbin/nft
need xz-utils   command -v xz
if [ "${1:-}" = aot ]; then
  need zlib1g-dev test -e /usr/include/zlib.h
fi

if [ ${#missing[@]} -eq 0 ]; then
  exit 0
fi

root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "Missing: ${missing[*]}. Installing them needs root, and there is no sudo here. As root, run: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  root=(sudo)
fi

if ! command -v apt-get >/dev/null; then
  echo "Missing: ${missing[*]} (Debian's package names), and there is no apt-get here. Install them with this system's package manager." >&2
  exit 1
fi

echo "Installing with apt-get: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${root[@]}" apt-get -qq update
"${root[@]}" apt-get -qq -y --no-install-recommends install "${missing[@]}" >/dev/null
