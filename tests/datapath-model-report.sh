#!/usr/bin/env bash
# Whether the programs of the WAN datapath do what the reference model says: seeded packets through both, printed as tables. Needs root.
# datapath-model-report.sh [--packets N] [--seed N]   N packets at least (1000000), from one seed (1).
# Exit status: 0 every promise is kept, 1 one is not, 2 it could not be run.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ "$(id -u)" -ne 0 ]; then
  echo "datapath-model-report.sh loads programs into the kernel: run it as root." >&2
  exit 2
fi

dotnet build "$here/Clovisor.Wan.Model" -c Release -v q -nologo -clp:ErrorsOnly >&2 || exit 2
exec "$here/Clovisor.Wan.Model/bin/Release/net10.0/Clovisor.Wan.Model" "$@"
