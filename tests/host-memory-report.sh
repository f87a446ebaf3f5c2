#!/usr/bin/env bash
# What the host takes besides the kernel's maps: 250,000 sessions reported by 100 pods, and then an hour's coming and going of them in short, with a
# listing of all of them at the end. Printed for the host built ahead of time and just in time.
# host-memory-report.sh [--sessions N] [--churn N] [--jit] [--no-build]   250000, and 1000000 that come while as many end: each is replaced four times in the hour.
# Exit status: 0 the promise is kept by the build that ships (ahead of time; just in time where that is the only one), 1 it is not, 2 it could not be run. Needs root.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. benchmarks/session-lab.sh

sessions=250000 churn=1000000 builds='aot jit' build=1 most=80
while [ $# -gt 0 ]; do
  case $1 in
    --sessions) sessions=$2; shift 2 ;;
    --churn) churn=$2; shift 2 ;;
    --jit) builds=jit; shift ;;
    --no-build) build=0; shift ;;
    *) echo "Unknown option $1" >&2; exit 2 ;;
  esac
done
if [ "$(id -u)" -ne 0 ]; then
  echo "Namespaces and BPF need root: run with sudo." >&2
  exit 2
fi
bin=$(realpath -m artifacts/session-bench)
[ "$build" = 0 ] || build_session_bench "$bin" "$builds"
id=clvm-$$
scratch=$(mktemp -d)
pid=''

clean() {
  set +e
  [ -n "$pid" ] && kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
  for kind in $builds; do
    [ -d "$scratch/bpf/$kind" ] && nsenter --net="/run/netns/$id" "$bin/$kind/EdgeHost" uninstall --pin "$scratch/bpf/$kind" >/dev/null
  done
  for side in "$id" "$id-isp"; do ip netns del "$side" 2>/dev/null; done
  mountpoint -q "$scratch/bpf" && umount "$scratch/bpf"
  rm -rf "$scratch"
}
trap clean EXIT
trap 'exit 2' INT TERM

make_site "$id"
mkdir "$scratch/bpf"
mount -t bpf "$id" "$scratch/bpf"

# kB of a line of the process's status. Maps that the host has mapped are shared memory, so that is left out.
memory() { awk -v name="$1:" '$1 == name { print $2 }' "/proc/$pid/status"; }
besides_maps() { echo $(($(memory RssAnon) + $(memory RssFile))); }
peak=0
look() {
  local now
  now=$(besides_maps)
  [ "$now" -le "$peak" ] || peak=$now
}
report() { "$bin/reporters" --socket "$scratch/$kind.sock" --pods 100 --batch 1000 --path /v1/sessions/batch "$@" >/dev/null; }

table='' kept=1
for kind in $builds; do
  echo "$kind: $sessions sessions" >&2
  nsenter --net="/run/netns/$id" "$bin/$kind/EdgeHost" run --config "$bin/config" --namespace app --socket "$scratch/$kind.sock" --pin "$scratch/bpf/$kind" >"$scratch/$kind.out" 2>"$scratch/$kind.log" &
  pid=$!
  for _ in $(seq 300); do
    grep -q ready "$scratch/$kind.out" && break
    kill -0 "$pid" 2>/dev/null || { cat "$scratch/$kind.log" >&2; exit 2; }
    sleep 0.1
  done
  peak=0
  look
  idle=$peak
  # A pod has a connection, and reports one by one; most of the sessions come in batches, which takes minutes less.
  "$bin/reporters" --socket "$scratch/$kind.sock" --pods 100 --connections 100 --rate 2000 --count 10000 >/dev/null
  report --connections 2 --first 10000 --count $((sessions - 10000))
  look
  filled=$(besides_maps)
  echo "$kind: $churn come and go" >&2
  # The room below the limit of a caller's sessions lasts for more than a second of this; in an hour it would for minutes.
  step=5000
  for ((done = 0; done < churn; done += step)); do
    [ "$("$bin/session-bench" end "$scratch/bpf/$kind" "$done" $step 100)" = $step ] || { echo "Sessions were lost." >&2; exit 2; }
    report --connections 2 --first $((sessions + done)) --count $step
    look
    sleep 0.5
  done
  curl -s --unix-socket "$scratch/$kind.sock" -o "$scratch/list" http://clovisor/v1/sessions
  listed=$(grep -o '"source"' "$scratch/list" | wc -l)
  look
  map=$("$bin/session-bench" compare "$scratch/bpf/$kind" "$churn" "$sessions" 100)
  case $map in *'"missing":0,"misplaced":0,"foreign":0}') ;; *) echo "$kind: $map" >&2; kept=0 ;; esac
  [ "$listed" = "$sessions" ] || { echo "$kind: $listed of $sessions sessions were listed." >&2; kept=0; }
  mb() { awk -v kb="$1" 'BEGIN { printf "%.1f MB", kb * 1024 / 1e6 }'; }
  fits=$(awk -v kb="$peak" -v most=$most 'BEGIN { print kb * 1024 / 1e6 <= most ? "yes" : "NO" }')
  table+="| $kind | ≤ $most MB | $(mb "$idle") | $(mb "$filled") | $(mb "$peak") | $(mb "$(memory RssAnon)") + $(mb "$(memory RssFile)") | $fits |"$'\n'
  [ "$fits" = yes ] || [ "$kind" != "${builds%% *}" ] || kept=0
  kill "$pid"
  wait "$pid" || true
  pid=''
done
echo "| build | promised | idle | with $sessions sessions | most, while $churn came and went and all were listed | at the end, own + files | kept |"
echo "| --- | --: | --: | --: | --: | --: | --- |"
printf '%s' "$table"
echo
echo "Resident memory by the kernel's account, without shared memory, which is the maps; files are the program and its libraries, which other processes share and the kernel takes back."
[ "$kept" = 1 ]
