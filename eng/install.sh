#!/usr/bin/env bash
# Installs with apt what the build and the kernel work need and the machine lacks; says what it does; does nothing when all is there.
# `install.sh tests` sees to the tools of the tests too, `install.sh cluster` to those of the demo with two clusters.
set -euo pipefail

packages=()
need() { # need COMMAND|/PATH PACKAGE: the Debian package that has it
  case $1 in
    /*) [ -e "$1" ] ;;
    *) PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null ;;
  esac || packages+=("$2")
}
need clang clang
need /usr/include/bpf/bpf_helpers.h libbpf-dev
need /usr/include/linux/bpf.h linux-libc-dev
need ip iproute2
need nft nftables
need mount mount
need xz xz-utils
if [ "${1:-}" = tests ]; then
  need ping iputils-ping
  need setpriv util-linux
  need iptables-legacy iptables
  need sysctl procps
  need etcd etcd-server
fi
if [ "${1:-}" = cluster ]; then
  [ -x "${KUBEBUILDER_ASSETS:-}/etcd" ] || need etcd etcd-server
  # Not every system has it under this name; without it the demo asks the API server for the same table.
  ! apt-cache show kubernetes-client >/dev/null 2>&1 || need kubectl kubernetes-client
fi

# The program alone: the package would start a service that listens. Tests that need it say so where it could not be had.
unpack_prometheus() {
  local target=${XDG_CACHE_HOME:-$HOME/.cache}/clovisor/prometheus
  if command -v prometheus >/dev/null || [ -x "$target/usr/bin/prometheus" ] || ! command -v apt-get >/dev/null; then
    return
  fi
  echo "Unpacking Debian's prometheus into $target"
  local download
  download=$(mktemp -d)
  (
    cd "$download"
    apt-get download -qq prometheus 2>/dev/null && mkdir -p "$target" && dpkg-deb -x prometheus_*.deb "$target"
  ) || echo "prometheus could not be downloaded; its test will be skipped." >&2
  rm -rf "$download"
}
libraries=$(PATH=$PATH:/usr/sbin:/sbin ldconfig -p 2>/dev/null || true)
[[ $libraries == *libbpf.so.1* || " ${packages[*]-} " == *" libbpf-dev "* ]] || packages+=(libbpf1)

if [ ${#packages[@]} -eq 0 ]; then
  [ "${1:-}" != tests ] || unpack_prometheus
  exit 0
fi

if ! command -v apt-get >/dev/null; then
  echo "Missing: ${packages[*]} (Debian's names). There is no apt-get here: install them by the means of this system." >&2
  exit 1
fi

root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "Missing: ${packages[*]}. Installing them needs root, and there is no sudo here. As root, run: apt-get install ${packages[*]}" >&2
    exit 1
  fi
  root=(sudo)
fi

echo "Installing with apt-get: ${packages[*]}"
"${root[@]}" apt-get update -qq
"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
[ "${1:-}" != tests ] || unpack_prometheus
