#!/usr/bin/env bash
# The process is killed with SIGKILL in the middle of failover, of upgrade and of a sweep, at random points: what became of flows and state.
# kill-report.sh [--points N] [--seed N]   50 points where N is not given.
# Exit status: 0 every promise is kept, 1 one is not, 2 it could not be run. Needs root; works in network namespaces of its own, removed at the end.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ "$(id -u)" -ne 0 ]; then
  echo "Namespaces and BPF need root: run with sudo." >&2
  exit 2
fi
dotnet build "$here/Clovisor.Wan.Failover" -c Release -v q -nologo -clp:ErrorsOnly >&2 || exit 2
exec "$here/Clovisor.Wan.Failover/bin/Release/net10.0/Clovisor.Wan.Failover" kill "$@"
