#!/usr/bin/env bash
# How far Clovisor.Istio agrees with istiod and Envoy: a table by family, the first differences explained.
# oracle-report.sh [--json FILE] [FOLDER…]   FOLDER: cases of the oracle's format; by default those that the tests have.
# --ask FOLDER generates new cases and has the oracle itself answer them, where it is present: see --help.
# Exit status: 0 all agrees, 1 something differs, 2 it could not be run.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dotnet build "$here/Clovisor.Istio.Oracle" -c Release -v q -nologo -clp:ErrorsOnly >&2 || exit 2
named=0
skip=0
for argument in "$@"; do
  if [ "$skip" -eq 1 ]; then skip=0; continue; fi
  case $argument in
    --json | --area | --seed | --count) skip=1 ;;
    --ask) skip=1; named=1 ;;
    *) named=1 ;;
  esac
done
[ "$named" -eq 1 ] || set -- "$@" "$here/Clovisor.Istio.Tests/oracle"
exec "$here/Clovisor.Istio.Oracle/bin/Release/net10.0/Clovisor.Istio.Oracle" "$@"
