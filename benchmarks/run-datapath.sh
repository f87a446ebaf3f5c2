#!/usr/bin/env bash
# What a packet costs on its way through the node: plain forwarding, the datapath, and the usual practice (nft mark, ip rule, masquerade), in turns.
# Usage, as root:  benchmarks/run-datapath.sh [--rounds R] [--samples S] [--tcp-seconds T] [--cpu C] [--out DIR] [--quick] [--no-build]
# Every way has namespaces of its own (host, edge, provider) joined by veth pairs; each round runs all of them one after the other.
# Results: tables, DIR/datapath.jsonl, DIR/datapath.svg. Exit status: 0 every promise is kept, 1 one is not, 2 it could not be run.
set -euo pipefail
cd "$(dirname "$0")"

rounds=40 samples=200 tcp_seconds=2 cpu='' out=../artifacts/benchmarks build=1
while [ $# -gt 0 ]; do
  case $1 in
    --rounds) rounds=$2; shift 2 ;;
    --samples) samples=$2; shift 2 ;;
    --tcp-seconds) tcp_seconds=$2; shift 2 ;;
    --cpu) cpu=$2; shift 2 ;;
    --out) out=$2; shift 2 ;;
    --quick) rounds=6 samples=100 tcp_seconds=1; shift ;;
    --no-build) build=0; shift ;;
    *) echo "Unknown option $1" >&2; exit 2 ;;
  esac
done
if [ "$(id -u)" -ne 0 ]; then
  echo "Namespaces and BPF need root: run with sudo." >&2
  exit 2
fi
for tool in iperf3 nft; do
  command -v "$tool" >/dev/null || apt-get install -y -q "$tool$([ "$tool" = nft ] && echo ables)" >&2 || {
    echo "$tool is missing and could not be installed." >&2
    exit 2
  }
done
mkdir -p "$out"
out=$(realpath "$out")
bin=$(realpath -m ../artifacts/datapath-bench)
if [ "$build" = 1 ]; then
  mkdir -p "$bin"
  cc -O2 -Wall -Wextra -Werror -o "$bin/flood" native/flood/*.c || exit 2
  dotnet publish Clovisor.Wan.DatapathBench -c Release -v q --nologo -o "$bin" >&2 || exit 2
fi
tool=$bin/datapath-bench
flows=1000 first_port=20000
scenarios=(plain miss egress-10 egress-1000 lan-10 lan-1000 rules-10 rules-1000)
id=clvb-$$
scratch=$(mktemp -d)
lines=$out/datapath.jsonl

# Not by ip netns exec, whose mounts, and with them the pins, would go with the command.
at() { nsenter --net="/run/netns/$id-$1" "${@:2}"; }

clean() {
  set +e
  for scenario in "${scenarios[@]}"; do
    [ -f "$scratch/$scenario.iperf" ] && kill "$(cat "$scratch/$scenario.iperf")" 2>/dev/null
    [ -d "$scratch/$scenario" ] && at "$scenario-e" "$tool" uninstall "$scratch/$scenario"
    for side in l e i; do ip netns del "$id-$scenario-$side" 2>/dev/null; done
  done
  rm -rf "$scratch"
}
trap clean EXIT
trap 'exit 2' INT TERM

# A host (l) behind the edge (e) with two links to a provider (i), which drops what the flood sends after its device has counted it.
make_namespaces() {
  local name=$id-$1
  for side in l e i; do
    ip netns add "$name-$side"
    ip -n "$name-$side" link set lo up
  done
  ip -n "$name-l" link add l0 type veth peer name lan0 netns "$name-e"
  ip -n "$name-e" link add wan0 type veth peer name c0 netns "$name-i"
  ip -n "$name-e" link add wan1 type veth peer name c1 netns "$name-i"
  printf '%s\n' 'addr add 192.168.7.2/24 dev l0' 'link set l0 up' | ip -n "$name-l" -batch -
  printf '%s\n' 'addr add 192.168.7.1/24 dev lan0' 'addr add 10.9.0.1/24 dev wan0' 'addr add 10.9.1.1/24 dev wan1' \
    'link set lan0 up' 'link set wan0 up' 'link set wan1 up' | ip -n "$name-e" -batch -
  printf '%s\n' 'addr add 10.9.0.2/24 dev c0' 'addr add 10.9.1.2/24 dev c1' 'addr add 203.0.113.10/32 dev lo' \
    'link set c0 up' 'link set c1 up' 'route add 192.168.7.0/24 via 10.9.0.1' | ip -n "$name-i" -batch -
  ip -n "$name-l" route add default via 192.168.7.1
  ip -n "$name-e" route add default via 10.9.0.2
  at "$1-e" sysctl -qw net.ipv4.ip_forward=1
  printf 'table netdev sink {\n' >"$scratch/sink"
  for device in c0 c1; do
    printf ' chain %s {\n type filter hook ingress device "%s" priority 0;\n udp dport 9 drop\n }\n' $device $device >>"$scratch/sink"
  done
  printf '}\n' >>"$scratch/sink"
  at "$1-i" nft -f "$scratch/sink"
}

# The usual practice, as multi-WAN packages set it up: the first packet's mark is kept by connection tracking, a rule by mark, masquerading.
make_rules() {
  local scenario=$1 associations=$2
  {
    printf 'table ip wan {\n map class {\n type inet_service : mark\n elements = {\n'
    for ((i = 0; i < flows; i++)); do printf ' %d : %d,\n' $((first_port + i)) $((i % associations + 1)); done
    printf ' }\n }\n chain pre {\n type filter hook prerouting priority mangle;\n ct mark 0 ct mark set udp sport map @class\n meta mark set ct mark\n }\n'
    printf ' chain post {\n type nat hook postrouting priority srcnat;\n oifname "wan1" masquerade\n }\n}\n'
  } >"$scratch/rules.nft"
  at "$scenario-e" nft -f "$scratch/rules.nft"
  ip -n "$id-$scenario-e" route add default via 10.9.1.2 table 101
  for ((i = 1; i <= associations; i++)); do echo "rule add priority $((1000 + i)) fwmark $i lookup 101"; done | ip -n "$id-$scenario-e" -batch -
}

echo "Making ${#scenarios[@]} times three namespaces" >&2
for scenario in "${scenarios[@]}"; do
  make_namespaces "$scenario"
  case $scenario in
    plain) ;;
    miss) at "$scenario-e" "$tool" setup "$scratch/$scenario" wan 10 0 "$first_port" ;;
    egress-*) at "$scenario-e" "$tool" setup "$scratch/$scenario" wan "${scenario#*-}" "$flows" "$first_port" ;;
    lan-*) at "$scenario-e" "$tool" setup "$scratch/$scenario" lan "${scenario#*-}" "$flows" "$first_port" ;;
    rules-*) make_rules "$scenario" "${scenario#*-}" ;;
  esac
done

# The highest CPU of those we may use.
cpu=${cpu:-$(taskset -cp $$ | sed 's/.*[ ,-]//')}
# As frames arrive at a router, many at a turn of the device; or by sockets, a call for each packet, as a proxy of the node sends.
flood_of() {
  command=("$bin/flood" --to 203.0.113.10 --port 9 --first-port "$first_port" --flows "$flows" --samples "$samples" --burst 256 --cpu "$cpu")
  [ "$2" = sockets ] || command+=(--device l0 --mac "$(at "$1-e" ip -br link show lan0 | awk "{ print \$3 }")")
}
flood() {
  flood_of "$1" "$2"
  at "$1-l" "${command[@]}"
}
received() { at "$1-i" awk -v device="$2:" '$1 == device { print $3 }' /proc/net/dev; }

: >"$lines"
measure() {
  local round=$1 scenario=$2 way=$3 kind=${4:-$3} link before result
  case $scenario in plain | miss) link=c0 ;; *) link=c1 ;; esac
  before=$(received "$scenario" $link)
  result=$(flood "$scenario" "$way")
  echo "{\"round\":$round,\"scenario\":\"$scenario\",\"kind\":\"$kind\",\"received\":$(($(received "$scenario" $link) - before)),${result#\{}" >>"$lines"
}
# Plain forwarding at both ends of a round: where they tell that the machine did other work meanwhile, the round does not count.
for ((round = 1; round <= rounds; round++)); do
  echo "Round $round of $rounds" >&2
  for scenario in "${scenarios[@]}"; do measure $round "$scenario" frames; done
  measure $round plain frames again
done
echo "By sockets" >&2
for ((round = 1; round <= (rounds + 3) / 4; round++)); do
  for scenario in "${scenarios[@]}"; do [[ $scenario = *-1000 ]] || measure $round "$scenario" sockets; done
done

# Both ends on one CPU: from two, packets overtake each other (an acknowledgement sends from the CPU where it arrives), and much is sent again. Who is first changes.
tcp=(plain egress-10 lan-10)
tcp_rounds=$(((rounds + 1) / 2))
echo "TCP, $tcp_rounds rounds of $tcp_seconds s" >&2
for scenario in "${tcp[@]}"; do
  at "$scenario-i" taskset -c "$cpu" iperf3 --server --daemon --pidfile "$scratch/$scenario.iperf" >/dev/null
done
for ((round = 1; round <= tcp_rounds; round++)); do
  tcp=("${tcp[@]:1}" "${tcp[0]}")
  for scenario in "${tcp[@]}"; do
    # The tag makes a session of the connection that carries the data; the other of iperf3's goes as the routes say.
    at "$scenario-l" taskset -c "$cpu" iperf3 --client 203.0.113.10 --time "$tcp_seconds" --dscp 46 --json >"$scratch/tcp.json" || { cat "$scratch/tcp.json" >&2; exit 2; }
    rate=$(sed -n '/"sum_received"/,/}/s/.*"bits_per_second":[[:space:]]*\([0-9.e+]*\).*/\1/p' "$scratch/tcp.json")
    echo "{\"round\":$round,\"scenario\":\"$scenario\",\"kind\":\"tcp\",\"bits_per_second\":$rate}" >>"$lines"
  done
done

echo "Programs by themselves" >&2
for scenario in miss egress-10 lan-10; do
  flood_of "$scenario" frames
  at "$scenario-e" "$tool" statistics "$scratch/$scenario" "$scenario" nsenter --net="/run/netns/$id-$scenario-l" "${command[@]}" >>"$lines"
done
at lan-10-e taskset -c "$cpu" "$tool" alone "$scratch/lan-10" lan-10 >>"$lines"

caption="$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) CPUs, Linux $(uname -r), $rounds rounds, $flows UDP flows of 64 bytes"
echo "$caption"
echo
status=0
"$tool" report "$lines" "$out/datapath.svg" "$caption" || status=$?
echo
echo "ns a packet: sending, forwarding and the far end, by the sending thread's own clock: on veth all of it runs at the back of the send call. A round's value is the tenth"
echo "percentile (p10) of $samples samples of 256 packets, as of a machine with no other work; cells have the median over rounds, and the middle half of them; differences are taken within a round. TCP: iperf3, offloads on, both ends on that CPU."
echo "Lines: $lines  Plot: $out/datapath.svg"
exit "$status"
