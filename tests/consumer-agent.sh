#!/usr/bin/env bash
# An edge agent outside of the repository, from the packed packages alone, classifies real packets in a lab; printed as a table.
# consumer-agent.sh [--keep-packages DIR]   DIR gets the packages, and is not removed.
# Exit status: 0 every promise is kept, 1 one is not, 2 it could not be run. Needs root.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
if [ "$(id -u)" -ne 0 ]; then
  echo "The datapath needs root: run with sudo." >&2
  exit 2
fi

work=$(mktemp -d)
packages=$work/packages
[ "${1:-}" != --keep-packages ] || packages=$(realpath "$2")
# A version of its own: packages go through the machine's package folder, where another build of the same version would be taken for them.
version=0.0.0-consumer.$$.$(date +%s)
edge=clvc-edge-$$
cloud=clvc-cloud-$$
pins=$work/bpf/clovisor
agent=
finish() {
  [ -z "$agent" ] || kill -9 "$agent" 2>/dev/null || true
  ip netns del "$edge" 2>/dev/null || true
  ip netns del "$cloud" 2>/dev/null || true
  ! mountpoint -q "$work/bpf" || umount "$work/bpf"
  rm -rf "$work" "${NUGET_PACKAGES:-$HOME/.nuget/packages}"/clovisor.{bpf,wan,istio,hosting}/"$version"*
}
trap finish EXIT
trap 'exit 130' INT TERM
quiet() { # quiet WHAT COMMAND…: the output only of what fails
  local what=$1
  shift
  "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; echo "consumer-agent.sh: $what failed" >&2; exit 2; }
}

failed=0
row() { # row PROMISE MEASURED OK
  printf '%-78s | %-34s | %s\n' "$1" "$2" "$([ "$3" = 0 ] && echo yes || echo NO)"
  [ "$3" = 0 ] || failed=1
}
is() { [ "$1" "$2" "$3" ] && echo 0 || echo 1; }

echo "packing" >&2
for package in Clovisor.Bpf Clovisor.Wan Clovisor.Istio Clovisor.Hosting; do
  quiet "packing $package" dotnet pack "$root/src/$package" -c Release -p:RunAnalyzers=false -p:Version="$version" -o "$packages" -nologo
done
echo "validating against a former version" >&2
quiet "packing a later version against the former" dotnet pack "$root/src/Clovisor.Hosting" -c Release --no-build -p:Version="$version.1" \
  -p:ClovisorBaselineVersion="$version" -p:RestoreAdditionalProjectSources="$packages" -o "$work/later" -nologo

echo "building the agent" >&2
mkdir "$work/the agent"
cp -r "$here/consumer-agent/." "$work/the agent"
quiet "building the agent" dotnet build "$work/the agent" -c Release -p:ClovisorVersion="$version" -p:RestoreAdditionalProjectSources="$packages" -nologo -o "$work/out"

ip netns add "$edge"
ip netns add "$cloud"
for i in 0 1; do
  ip link add "wan$i" netns "$edge" type veth peer name "isp$i" netns "$cloud"
  ip -n "$edge" addr add "10.9.$i.1/24" dev "wan$i"
  ip -n "$cloud" addr add "10.9.$i.2/24" dev "isp$i"
  ip -n "$edge" link set "wan$i" up
  ip -n "$cloud" link set "isp$i" up
done
ip -n "$edge" link set lo up
ip -n "$cloud" link set lo up
ip -n "$cloud" addr add 10.96.1.1/32 dev lo
ip -n "$edge" route add default via 10.9.0.2
# The tag of a class, as a proxy would set it; and the truth about packets, counted where nothing of Clovisor runs.
ip netns exec "$edge" nft -f - <<'NFT'
table inet tag {
  chain out { type route hook output priority mangle;
    th dport 9001 ip dscp set af11
  }
}
NFT
ip netns exec "$cloud" nft -f - <<'NFT'
table inet truth {
  chain c00 { counter; }
  chain c01 { counter; }
  chain c10 { counter; }
  chain c11 { counter; }
  chain in { type filter hook prerouting priority -300;
    iifname . th dport vmap { "isp0" . 9000 : goto c00, "isp1" . 9000 : goto c01, "isp0" . 9001 : goto c10, "isp1" . 9001 : goto c11 }
  }
}
NFT
counted() { # counted CHAIN: packets
  ip netns exec "$cloud" nft list chain inet truth "$1" | sed -n 's/.*packets \([0-9]*\).*/\1/p'
}

mkdir "$work/bpf"
mount -t bpf clovisor-consumer "$work/bpf"
ip netns exec "$edge" "$work/out/Agent" "$work/the agent/config" "$pins" >"$work/agent.out" 2>&1 &
agent=$!
for _ in $(seq 300); do
  grep -qx ready "$work/agent.out" && break
  kill -0 "$agent" 2>/dev/null || break
  sleep 0.1
done
grep -qx ready "$work/agent.out" || { cat "$work/agent.out" >&2; echo "consumer-agent.sh: the agent did not come up" >&2; exit 2; }

sent=200
ip netns exec "$edge" bash -c '
  for i in $(seq '"$sent"'); do
    echo x >/dev/udp/10.96.1.1/9000
    echo x >/dev/udp/10.96.1.1/9001
  done
  # Nobody listens there: a SYN each, answered by a reset, which must find its way back or the shell waits.
  for i in $(seq 20); do
    timeout 5 bash -c "exec 3<>/dev/tcp/10.96.1.1/9001" 2>/dev/null
    [ $? -eq 1 ] || { echo "a connection hung" >&2; exit 1; }
  done' || exit 1

lines=$(grep -cv '^\s*$' "$here/consumer-agent/Program.cs")
row "the whole program: at most 30 lines" "$lines lines" "$(is "$lines" -le 30)"
row "packages validate, and against the version before" "Clovisor.Hosting: valid" 0
row "packets of the class leave by wan1, SYNs too: $((sent + 20))" "$(counted c11) on wan1, $(counted c10) on wan0" "$(($(is "$(counted c11)" -eq $((sent + 20))) | $(is "$(counted c10)" -eq 0)))"
row "packets of no class leave as the node routes them: $sent" "$(counted c00) on wan0, $(counted c01) on wan1" "$(($(is "$(counted c00)" -eq "$sent") | $(is "$(counted c01)" -eq 0)))"
kill -TERM "$agent"
wait "$agent" && code=0 || code=$?
agent=
row "stopped in good order it leaves nothing in the kernel" "exit code $code, $(find "$work/bpf" -mindepth 1 -not -name '*.debug' | wc -l) pins" "$(($(is "$code" -eq 0) | $(is "$(find "$work/bpf" -mindepth 1 -not -name '*.debug' | wc -l)" -eq 0)))"
exit "$failed"
