#!/usr/bin/env bash
# Makes a container image of the agent as an OCI archive, without pulling anything: the program compiled ahead of time, and of this machine the libraries that it
# loads, with their loader. The same inputs give the same bytes.
# Usage: deploy/oci/make-archive.sh OUTPUT.tar [PUBLISHED-FOLDER]   publishes samples/EdgeHost itself where no folder is given
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
[ $# -ge 1 ] && [ $# -le 2 ] || { sed -n '4s/^# //p' "$0" >&2; exit 2; }
output=$(realpath -m "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case $(uname -m) in
  x86_64) rid=linux-x64 arch=amd64 ;;
  aarch64) rid=linux-arm64 arch=arm64 ;;
  *) echo "make-archive.sh knows x86_64 and aarch64, not $(uname -m)" >&2; exit 1 ;;
esac
published=${2:-}
if [ -z "$published" ]; then
  published=$work/published
  dotnet publish samples/EdgeHost -c Release -r "$rid" -o "$published" --nologo -v q >&2
fi
[ -x "$published/EdgeHost" ] || { echo "there is no program EdgeHost in $published; publish samples/EdgeHost there, ahead of time" >&2; exit 1; }

root=$work/root
mkdir -p "$root"/{app,etc,run/clovisor,sys/fs/bpf,var/lib/clovisor,tmp,proc,dev}
chmod 1777 "$root/tmp"
cp "$published/EdgeHost" "$root/app/"
printf 'root:x:0:0:root:/:/app/EdgeHost\n' > "$root/etc/passwd"
printf 'root:x:0:\n' > "$root/etc/group"

copy() { # copy FILE: to the same place in the image, links followed
  mkdir -p "$root$(dirname "$1")"
  cp -L "$1" "$root$1"
}
PATH=$PATH:/usr/sbin:/sbin
find_library() {
  local path
  path=$(ldconfig -p | awk -v name="$1" '$1 == name { print $NF; exit }')
  [ -n "$path" ] || { echo "this machine has no $1, which the program loads at run time; eng/install.sh installs libbpf, Debian's libssl3 has the rest" >&2; exit 1; }
  realpath -s "$path"
}
# What it is linked with, and what it loads by name: libbpf (with libelf and zlib), and OpenSSL for the way to the API server.
named=()
for library in libbpf.so.1 libssl.so.3 libcrypto.so.3; do named+=("$(find_library "$library")"); done
for file in "$published/EdgeHost" "${named[@]}"; do ldd "$file"; done |
  awk '$2 == "=>" && $3 ~ /^\// { print $3 } $1 ~ /^\// { print $1 }' | sort -u > "$work/libraries"
printf '%s\n' "${named[@]}" >> "$work/libraries"
sort -u "$work/libraries" | while read -r library; do copy "$library"; done
# Found where they lie, without a cache to keep in step.
path=$(sort -u "$work/libraries" | xargs -n1 dirname | sort -u | paste -sd:)

image=$work/image
mkdir -p "$image/blobs/sha256"
add() { # add FILE: as a blob; prints its digest and size
  local digest
  digest=$(sha256sum "$1" | cut -d' ' -f1)
  size=$(stat -c %s "$1")
  mv "$1" "$image/blobs/sha256/$digest"
  echo "$digest $size"
}
tar -C "$root" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf "$work/layer.tar" .
raw=$(sha256sum "$work/layer.tar" | cut -d' ' -f1)
gzip -n -9 -c "$work/layer.tar" > "$work/layer.gz"
rm "$work/layer.tar"
read -r layer layer_size <<< "$(add "$work/layer.gz")"
printf '{"architecture":"%s","os":"linux","config":{"Entrypoint":["/app/EdgeHost"],"Cmd":["--help"],"Env":["PATH=/app","LD_LIBRARY_PATH=%s","DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1"],"User":"0:0","WorkingDir":"/"},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
  "$arch" "$path" "$raw" > "$work/config.json"
read -r config config_size <<< "$(add "$work/config.json")"
printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:%s","size":%s},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:%s","size":%s}]}' \
  "$config" "$config_size" "$layer" "$layer_size" > "$work/manifest.json"
read -r manifest manifest_size <<< "$(add "$work/manifest.json")"
printf '{"imageLayoutVersion":"1.0.0"}' > "$image/oci-layout"
printf '{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:%s","size":%s,"platform":{"architecture":"%s","os":"linux"},"annotations":{"org.opencontainers.image.ref.name":"clovisor-agent"}}]}' \
  "$manifest" "$manifest_size" "$arch" > "$image/index.json"
tar -C "$image" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf "$output" .
echo "$output: $(stat -c %s "$output") bytes, sha256:$manifest"
