#!/usr/bin/env bash
# What a session costs in memory, in the kernel and in the process, and how many are entered a second; printed as a table.
# session-memory-report.sh [--sessions N]   250000 where N is not given.
# Exit status: 0 every promise is kept, 1 one is not, 2 it could not be run. Needs root; works in a network namespace of its own.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ "$(id -u)" -ne 0 ]; then
  echo "The datapath needs root: run with sudo." >&2
  exit 2
fi
dotnet build "$here/Clovisor.Wan.Memory" -c Release -v q -nologo -clp:ErrorsOnly >&2 || exit 2
# The namespace and its device go with the last process in it.
exec unshare --net sh -ec '
  ip link add wan0 type veth peer name cloud0
  ip link set wan0 up
  ip link set cloud0 up
  exec "$@"' sh "$here/Clovisor.Wan.Memory/bin/Release/net10.0/Clovisor.Wan.Memory" --device wan0 "$@"
