#!/usr/bin/env bash
# Measures the library against libbpf from C, and against any further program that follows the contract in README.md.
# Usage, as root:  benchmarks/run-map-latency.sh [--seconds S] [--rounds R] [--entries N] [--op a,b] [--cpu C] [--out DIR] [--no-build] [PEER…]
# A PEER is an executable. Peers take turns workload by workload on one CPU. Results: a table, DIR/map-latency.jsonl, DIR/map-latency.svg.
set -euo pipefail
cd "$(dirname "$0")"

seconds=0.3 rounds=5 entries=65536 cpu='' ops='' out=../artifacts/benchmarks build=1
peers=()
while [ $# -gt 0 ]; do
  case $1 in
    --seconds) seconds=$2; shift 2 ;;
    --rounds) rounds=$2; shift 2 ;;
    --entries) entries=$2; shift 2 ;;
    --op) ops=$2; shift 2 ;;
    --cpu) cpu=$2; shift 2 ;;
    --out) out=$2; shift 2 ;;
    --no-build) build=0; shift ;;
    -*) echo "Unknown option $1" >&2; exit 2 ;;
    *) peers+=("$(realpath "$1")"); shift ;;
  esac
done
if [ "$(id -u)" -ne 0 ]; then
  echo "BPF needs root: run with sudo." >&2
  exit 1
fi
mkdir -p "$out"
out=$(realpath "$out")
bin=$(realpath -m ../artifacts/peers)

if [ "$build" = 1 ]; then
  echo "Building the peers into $bin" >&2
  mkdir -p "$bin/c"
  for program in ring_fill obj_load; do
    ./compile-bpf.sh "Clovisor.Bpf.Peers/bpf/$program.bpf.c" "$bin/c/$program.bpf.o"
  done
  cc -O2 -Wall -Werror -Wno-unused-parameter \
    -DRING_FILL_OBJECT="\"$bin/c/ring_fill.bpf.o\"" -DOBJ_LOAD_OBJECT="\"$bin/c/obj_load.bpf.o\"" \
    -o "$bin/c/c-libbpf" native/peer/*.c -lbpf -pthread
  ln -sf c-libbpf "$bin/c/c-libbpf-threads"
  dotnet publish Clovisor.Bpf.Peers -c Release -v q --nologo -o "$bin/jit" >&2
  dotnet publish Clovisor.Bpf.Peers -c Release -v q --nologo --use-current-runtime -p:AheadOfTime=true -o "$bin/aot" >&2
  dotnet publish Clovisor.Bpf.PeerReport -c Release -v q --nologo -o "$bin/report" >&2
fi
peers=("$bin/c/c-libbpf" "$bin/c/c-libbpf-threads" "$bin/aot/clovisor-peer" "$bin/jit/clovisor-peer" "${peers[@]}")

# All peers must visit the elements in the same order.
expected=''
for peer in "${peers[@]}"; do
  order=$("$peer" --order --entries 65536) || { echo "$peer does not know --order, so its order is not checked" >&2; continue; }
  expected=${expected:-$order}
  if [ "$order" != "$expected" ]; then
    echo "$peer visits the elements in another order: $order, and not $expected" >&2
    exit 1
  fi
done

all=(obj_load_first syscall_getppid hash_update_existing hash_insert_new,hash_delete hash_lookup lru_hash_update lru_hash_evict array_update
  percpu_array_lookup percpu_hash_update hash_batch_update_1 hash_batch_update_64 hash_batch_update_1024 hash_batch_update_4096
  hash_batch_lookup hash_iterate array_mmap_write ringbuf_consume prog_load obj_load obj_load_warm_heap prog_attach_tcx)
if [ -n "$ops" ]; then
  IFS=, read -r -a all <<<"$ops"
fi

# The highest CPU of those we may use.
cpu=${cpu:-$(taskset -cp $$ | sed 's/.*[ ,-]//')}
lines=$out/map-latency.jsonl
: >"$lines"
for round in $(seq "$rounds"); do
  echo "Round $round of $rounds" >&2
  for op in "${all[@]}"; do
    for peer in "${peers[@]}"; do
      taskset -c "$cpu" "$peer" --seconds "$seconds" --entries "$entries" --op "$op" | sed "s/^{/{\"round\":$round,/" >>"$lines"
    done
  done
done

caption="$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) CPUs, Linux $(uname -r), .NET $(dotnet --version), $rounds rounds of $seconds s, $entries elements"
echo "$caption"
echo
"$bin/report/peer-report" "$lines" "$out/map-latency.svg" "$caption"
echo
echo "Cells: median over the rounds of p50 (p10), the ratio to the first peer as the median of the rounds' ratios, bytes allocated by an operation."
sed -n 's/.*"peer":"\([^"]*\)".*"op":"\([^"]*\)".*"skipped":"\([^"]*\)".*/\1 skips \2: \3/p' "$lines" | sort -u
echo "Lines: $lines  Plot: $out/map-latency.svg"
