#!/usr/bin/env bash
# The host is replaced by a new one under a hundred flows of a thousand packets a second: what was lost, and what left by a wrong link.
# upgrade-report.sh [--upgrades N]   10 upgrades where N is not given.
# Exit status: 0 every promise is kept, 1 one is not, 2 it could not be run. Needs root; works in network namespaces of its own, removed at the end.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ "$(id -u)" -ne 0 ]; then
  echo "Namespaces and BPF need root: run with sudo." >&2
  exit 2
fi
dotnet build "$here/../samples/EdgeHost" -c Release -v q -nologo -clp:ErrorsOnly >&2 || exit 2
dotnet build "$here/Clovisor.Wan.Failover" -c Release -v q -nologo -clp:ErrorsOnly >&2 || exit 2
exec "$here/Clovisor.Wan.Failover/bin/Release/net10.0/Clovisor.Wan.Failover" upgrade "$here/../samples/EdgeHost/bin/Release/net10.0/EdgeHost" "$@"
