#!/usr/bin/env bash
# Rewrites src/PROJECT/PublicAPI.Unshipped.txt from what the analyzer finds missing (RS0016). Members that are gone drop out.
# Review the diff: it is the change of the public surface. Usage: eng/update-public-api.sh Clovisor.Bpf
set -euo pipefail
cd "$(dirname "$0")/.."
file=src/$1/PublicAPI.Unshipped.txt
printf '#nullable enable\n' > "$file"
dotnet build "src/$1/$1.csproj" --no-incremental -v q -p:WarningsNotAsErrors=RS0016 2>&1 |
  sed -n "s/.*RS0016: Symbol '\(.*\)' is not part of the declared public API.*\\/$1\.csproj.*/\1/p" | LC_ALL=C sort -u >> "$file" || true
wc -l "$file"
