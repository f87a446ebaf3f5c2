#!/usr/bin/env bash
# What a session report costs: report to session in the kernel's map and answer, over the unix socket, and how many a second go in by batches.
# Usage, as root:  benchmarks/run-session-api.sh [--rounds R] [--rate R] [--seconds S] [--connections C] [--batch N] [--jit] [--out DIR] [--no-build]
# The host is EdgeHost run, built ahead of time and just in time (--jit: that alone), each in a network namespace of its own with two links. The floor is a web
# server of the framework that reads the same body and answers 204 without any work. All take turns. Afterwards the kernel's map is compared with what was sent.
# Results: tables, DIR/session-api.jsonl. Exit status: 0 every promise is kept, 1 one is not, 2 it could not be run.
set -euo pipefail
cd "$(dirname "$0")"
. ./session-lab.sh

rounds=5 rate=2000 seconds=10 connections=50 batch=2048 builds='aot jit' out=../artifacts/benchmarks build=1
while [ $# -gt 0 ]; do
  case $1 in
    --rounds) rounds=$2; shift 2 ;;
    --rate) rate=$2; shift 2 ;;
    --seconds) seconds=$2; shift 2 ;;
    --connections) connections=$2; shift 2 ;;
    --batch) batch=$2; shift 2 ;;
    --jit) builds=jit; shift ;;
    --out) out=$2; shift 2 ;;
    --no-build) build=0; shift ;;
    *) echo "Unknown option $1" >&2; exit 2 ;;
  esac
done
if [ "$(id -u)" -ne 0 ]; then
  echo "Namespaces and BPF need root: run with sudo." >&2
  exit 2
fi
mkdir -p "$out"
out=$(realpath "$out")
bin=$(realpath -m ../artifacts/session-bench)
[ "$build" = 0 ] || build_session_bench "$bin" "$builds"
id=clvs-$$
scratch=$(mktemp -d)
lines=$out/session-api.jsonl
pids=()

clean() {
  set +e
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null; done
  for kind in $builds; do
    [ -d "$scratch/bpf/$kind" ] && nsenter --net="/run/netns/$id-$kind" "$bin/$kind/EdgeHost" uninstall --pin "$scratch/bpf/$kind" >/dev/null
    for side in "$id-$kind" "$id-$kind-isp"; do ip netns del "$side" 2>/dev/null; done
  done
  mountpoint -q "$scratch/bpf" && umount "$scratch/bpf"
  rm -rf "$scratch"
}
trap clean EXIT
trap 'exit 2' INT TERM

# Starts a server and waits until it says that it takes requests.
start() {
  local name=$1
  shift
  "$@" >"$scratch/$name.out" 2>"$scratch/$name.log" &
  pids+=($!)
  for _ in $(seq 300); do
    grep -q ready "$scratch/$name.out" && return 0
    kill -0 "${pids[-1]}" 2>/dev/null || break
    sleep 0.1
  done
  echo "$name does not start:" >&2
  cat "$scratch/$name.log" >&2
  exit 2
}

mkdir "$scratch/bpf"
mount -t bpf "$id" "$scratch/bpf"
peers=()
for kind in $builds; do
  make_site "$id-$kind"
  # Not by ip netns exec, whose mounts, and with them the pins, would go with the command.
  start "clovisor-$kind" nsenter --net="/run/netns/$id-$kind" \
    "$bin/$kind/EdgeHost" run --config "$bin/config" --namespace app --socket "$scratch/clovisor-$kind.sock" --pin "$scratch/bpf/$kind"
  peers+=("clovisor-$kind")
done
start floor "$bin/session-bench" floor "$scratch/floor.sock"
peers+=(floor)

# Sessions are numbered on, so that each is a new one.
declare -A next
run() {
  local peer=$1 round=$2 kind=$3 count=$4 result status=0
  result=$("$bin/reporters" --socket "$scratch/$peer.sock" --first "${next[$peer]:-0}" --count "$count" "${@:5}") || status=$?
  [ "$status" -le 1 ] || exit 2
  next[$peer]=$((${next[$peer]:-0} + count))
  echo "{\"peer\":\"$peer\",\"round\":$round,\"kind\":\"$kind\",${result#\{}" >>"$lines"
}

# What a server does for the first time is no measure of what it does all day: code that is compiled while it runs takes some thousand reports.
echo "Warming up" >&2
: >"$lines"
for peer in "${peers[@]}"; do
  run "$peer" 0 warm $((rate * 5)) --connections "$connections" --rate "$rate"
  for _ in 1 2; do run "$peer" 0 warm 10000 --connections 2 --batch "$batch" --path /v1/sessions/batch; done
done
for ((round = 1; round <= rounds; round++)); do
  echo "Round $round of $rounds" >&2
  for peer in "${peers[@]}"; do
    run "$peer" "$round" paced $((rate * seconds)) --connections "$connections" --rate "$rate"
    run "$peer" "$round" batch 25000 --connections 2 --batch "$batch" --path /v1/sessions/batch
  done
done
for kind in $builds; do
  "$bin/session-bench" compare "$scratch/bpf/$kind" 0 "${next[clovisor-$kind]}" 100 | sed "s/^{/{\"peer\":\"clovisor-$kind\",\"round\":0,\"kind\":\"map\",/" >>"$lines"
done

echo "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) CPUs, Linux $(uname -r), .NET $(dotnet --version), $rounds rounds of $seconds s at $rate reports a second on $connections connections; load $(cut -d' ' -f1 /proc/loadavg)"
echo
status=0
"$bin/session-bench" report "$lines" || status=$?
echo
echo "Cells: median over the rounds. A report's time goes from when it was due until its answer is here, with the way back and the reporter's own wake-up; the floor has the same"
echo "ways and does no work. Batches of $batch over two connections. Lines: $lines"
exit "$status"
