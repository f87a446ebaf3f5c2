#!/usr/bin/env bash
# Compiles a BPF program of the benchmarks: compile-bpf.sh SOURCE OBJECT. DWARF is stripped, BTF stays.
set -euo pipefail
clang -target bpf -O2 -g -mcpu=v3 -Wall -Werror -idirafter "/usr/include/$(uname -m)-linux-gnu" -c "$1" -o "$2"
strip=$(command -v llvm-strip || find /usr/lib/llvm-*/bin -name llvm-strip 2>/dev/null | sort -V | tail -n 1)
if [ -n "$strip" ]; then
  "$strip" -g "$2"
fi
