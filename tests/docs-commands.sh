#!/usr/bin/env bash
# Runs the commands of the documents as they stand there: each document in a lab of its own, in network and mount namespaces that vanish with it.
# docs-commands.sh [DOCUMENT…]   those named, or all that have commands.
# A block that begins with ```sh is run; one with ```sh needs=WHAT is run where that is present, and otherwise left out, which is said.
# Exit status: 0 every command did as the document says, 1 one did not, 2 it could not be run. Needs root.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

if [ "${1:-}" != --inside ]; then
  if [ "$(id -u)" -ne 0 ]; then
    echo "The lab needs root: run with sudo." >&2
    exit 2
  fi
  program=${CLOVISOR_EDGEHOST:-$root/samples/EdgeHost/bin/Release/net10.0}
  [ -n "${CLOVISOR_EDGEHOST:-}" ] || dotnet build "$root/samples/EdgeHost" -c Release -v q -nologo -clp:ErrorsOnly >&2 || exit 2
  [ $# -gt 0 ] || set -- install-node install-cluster write-an-association troubleshooting
  failed=0
  printf '%-24s | %-8s | %-30s | %s\n' document commands 'left out' ok
  for document; do
    work=$(mktemp -d)
    status=0
    unshare --net --mount --pid --fork --kill-child "$0" --inside "$work" "$program" "$root/docs/$document.md" >"$work/log" 2>&1 || status=$?
    if [ "$status" -eq 0 ]; then ok=yes; else ok=NO; failed=1; fi
    printf '%-24s | %-8s | %-30s | %s\n' "$document" "$(cat "$work/count" 2>/dev/null || echo 0)" "$(sort -u "$work/skipped" 2>/dev/null | paste -sd ' ')" "$ok"
    [ "$status" -eq 0 ] || tail -n 40 "$work/log" >&2
    rm -rf "$work"
  done
  exit "$failed"
fi

work=$2 program=$3 document=$4

# Whatever the document writes, it writes here.
mount --make-rprivate /
mkdir -p "$work"/{etc,etc-work,bin,here}
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /run
mount -t bpf bpf /sys/fs/bpf
mount -t overlay overlay -o "lowerdir=/etc,upperdir=$work/etc,workdir=$work/etc-work" /etc

for i in 0 1; do
  ip link add "wan$i" type veth peer name "isp$i"
done
# The far side is another namespace, kept by a process that ends with us.
unshare --net sleep infinity &
cloud=$!
until [ "$(readlink "/proc/$cloud/ns/net")" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
ip link set lo up
for i in 0 1; do
  ip link set "isp$i" netns "$cloud"
  ip addr add "10.9.$i.1/24" dev "wan$i"
  ip link set "wan$i" up
  nsenter -t "$cloud" -n ip addr add "10.9.$i.2/24" dev "isp$i"
  nsenter -t "$cloud" -n ip link set "isp$i" up
done
ip route add default via 10.9.0.2

present() {
  case $1 in
    cluster) command -v kubectl >/dev/null && kubectl version --request-timeout=2s >/dev/null 2>&1 ;;
    systemd) [ -d /run/systemd/system ] ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

# The blocks, one after the other in one shell, as somebody at a terminal would type them.
script=$work/script
: >"$script"
: >"$work/skipped"
take=no
while IFS= read -r line; do
  case $line in
    '```sh')
      take=yes
      ;;
    '```sh needs='*)
      need=${line#*needs=}
      if present "$need"; then take=yes; else take=skip; echo "$need" >>"$work/skipped"; fi
      ;;
    '```'*)
      take=no
      ;;
    *)
      [ "$take" != yes ] || printf '%s\n' "$line" >>"$script"
      ;;
  esac
done <"$document"
grep -cE '^[a-zA-Z]' "$script" >"$work/count"

cp -r "$(dirname "$(dirname "$document")")/samples/EdgeHost/config" "$work/here/"
mkdir -p "$work/here/samples/EdgeHost"
mv "$work/here/config" "$work/here/samples/EdgeHost/config"
[ "$(basename "$document")" != install-cluster.md ] || { mkdir -p /etc/clovisor && cp "$work"/here/samples/EdgeHost/config/*.yaml /etc/clovisor; }
cd "$work/here"
PATH=$program:$PATH timeout 120 bash -euxo pipefail "$script"
if [ -e /sys/fs/bpf/clovisor ]; then
  echo "the document leaves /sys/fs/bpf/clovisor behind"
  exit 1
fi
