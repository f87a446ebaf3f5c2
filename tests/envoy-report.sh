#!/usr/bin/env bash
# Where the packets of real Envoys go, what the filters cost, and what happens when the host is away: real Envoy, real kernel, in the lab of the demo. A table by promise.
# envoy-report.sh [--quick]   Packets are counted by the packet filter of the far side, classes by its server; nothing is read from Clovisor's maps.
# Exit status: 0 every promise is kept, 1 one is not, 2 it could not be run. Needs root, and an Envoy (CLOVISOR_ENVOY, the PATH, or ../shared/bin beside the repository).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
options=()
for argument in "$@"; do
  case $argument in
    --quick) options+=(--quick yes) ;;
    *) echo "envoy-report.sh: '$argument' is not an option; there is --quick" >&2; exit 2 ;;
  esac
done
dotnet build "$here/EdgeHost.EnvoyReport" -c Release -v q -nologo -clp:ErrorsOnly >&2 || exit 2
exec "$here/EdgeHost.EnvoyReport/bin/Release/net10.0/EdgeHost.EnvoyReport" report "${options[@]}"
