#!/usr/bin/env bash
# Makes the container image, unpacks it as a container runtime does, and runs the agent in it by chroot: with nothing of this machine but the kernel.
# Usage: tests/oci-report.sh [PUBLISHED-FOLDER]. Exit status: 0 every promise is kept, 1 one is not, 2 it could not be run. Needs root; leaves nothing.
set -uo pipefail
cd "$(dirname "$0")/.."
[ "$(id -u)" -eq 0 ] || { echo "tests/oci-report.sh changes the root directory and so needs root" >&2; exit 2; }
folder=$(mktemp -d) space=clvoci-$$ pins=clvoci-$$ pid=
clean() {
  [ -z "$pid" ] || { kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; }
  umount "$folder/root/sys/fs/bpf" "$folder/root/proc" 2>/dev/null
  rm -rf "/sys/fs/bpf/$pins" "$folder"
  ip netns del "$space" 2>/dev/null
}
trap clean EXIT
trap 'exit 130' INT TERM
failed=0
row() { printf '%-52s | %-84s | %s\n' "$1" "$2" "$3"; [ "$3" = ok ] || failed=1; }

published=${1:-}
if [ -z "$published" ]; then
  published=$folder/published
  dotnet publish samples/EdgeHost -c Release -r "linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')" -o "$published" --nologo -v q >&2 || exit 2
fi
one=$(deploy/oci/make-archive.sh "$folder/one.tar" "$published") || exit 2
two=$(deploy/oci/make-archive.sh "$folder/two.tar" "$published") || exit 2
printf "%-52s | %-84s | %s\n" promise measured ok
row "the same inputs give the same bytes" "${one#*: }" "$(cmp -s "$folder/one.tar" "$folder/two.tar" && echo ok || echo "FAILED: ${two#*: }")"

mkdir "$folder/image" "$folder/root"
tar -C "$folder/image" -xf "$folder/one.tar"
blob() { echo "$folder/image/blobs/sha256/$(grep -o '"digest":"sha256:[0-9a-f]*"' "$1" | sed -n "${2}s/.*sha256://p" | tr -d '"')"; }
manifest=$(blob "$folder/image/index.json" 1)
bad=$(cd "$folder/image/blobs/sha256" && for file in *; do [ "$(sha256sum "$file" | cut -d' ' -f1)" = "$file" ] || echo "$file"; done)
row "every blob is what its name says" "$(ls "$folder/image/blobs/sha256" | wc -l) blobs" "$([ -z "$bad" ] && echo ok || echo FAILED)"
tar -C "$folder/root" -xzf "$(blob "$manifest" 2)"
libraries=$(grep -o 'LD_LIBRARY_PATH=[^"]*' "$(blob "$manifest" 1)")
inside() { env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "$libraries" DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 "$@"; }
said=$(inside chroot "$folder/root" /app/EdgeHost --help 2>&1)
row "the program starts in it" "$(head -1 <<< "$said")" "$(grep -q sessions <<< "$said" && echo ok || echo FAILED)"

mountpoint -q /sys/fs/bpf || mount -t bpf bpf /sys/fs/bpf || exit 2
mount --bind /sys/fs/bpf "$folder/root/sys/fs/bpf" && mount -t proc proc "$folder/root/proc" || exit 2
ip netns add "$space" || exit 2
ip -n "$space" link set lo up
for i in 0 1; do
  ip -n "$space" link add "wan$i" type veth peer name "far$i"
  ip -n "$space" addr add "10.9.$i.1/24" dev "wan$i"
  ip -n "$space" link set "wan$i" up
  ip -n "$space" link set "far$i" up
done
mkdir "$folder/root/etc/clovisor"
cp samples/EdgeHost/config/*.yaml "$folder/root/etc/clovisor/"
inside nsenter --net="/run/netns/$space" chroot "$folder/root" /app/EdgeHost run --config /etc/clovisor --namespace app --pin "/sys/fs/bpf/$pins" > "$folder/out" 2> "$folder/err" < /dev/null &
pid=$!
for _ in $(seq 200); do
  ! grep -q ready "$folder/out" && kill -0 "$pid" 2>/dev/null || break
  sleep 0.1
done
row "the agent puts its programs into the kernel" "$(ls "/sys/fs/bpf/$pins" 2>/dev/null | wc -l) pins; $(tail -1 "$folder/err")" "$(grep -q ready "$folder/out" && [ -n "$(ls "/sys/fs/bpf/$pins")" ] && echo ok || echo FAILED)"
said=$(inside chroot "$folder/root" /app/EdgeHost probe --for ready 2>&1)
row "its probe says ready" "exit status $? $said" "$(inside chroot "$folder/root" /app/EdgeHost probe --for ready > /dev/null 2>&1 && echo ok || echo FAILED)"
exit $failed
