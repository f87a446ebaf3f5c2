#!/usr/bin/env bash
# How soon sessions leave a link that fails, what is lost meanwhile, and that other links notice nothing; printed as a table.
# failover-report.sh [--quick] [--paired] [--seed N]   --quick: fewer failures and sessions, for continuous integration. --paired: the lines of paired links alone.
# Exit status: 0 every promise is kept, 1 one is not, 2 it could not be run. Needs root; works in network namespaces of its own, removed at the end.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ "$(id -u)" -ne 0 ]; then
  echo "Namespaces and BPF need root: run with sudo." >&2
  exit 2
fi
dotnet build "$here/Clovisor.Wan.Failover" -c Release -v q -nologo -clp:ErrorsOnly >&2 || exit 2
exec "$here/Clovisor.Wan.Failover/bin/Release/net10.0/Clovisor.Wan.Failover" failover "$@"
