#!/usr/bin/env bash
# Every kind of packet in every shape through real devices, out and back: translated or handed on as the reference model says, with
# right checksums, and nothing dropped without a counted reason. Printed as a table. Needs root.
# Exit status: 0 every promise is kept, 1 one is not, 2 it could not be run.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ "$#" -ne 0 ]; then
  echo "packet-matrix.sh takes no arguments." >&2
  exit 2
fi

if [ "$(id -u)" -ne 0 ]; then
  echo "packet-matrix.sh makes network namespaces and loads programs into the kernel: run it as root." >&2
  exit 2
fi

dotnet build "$here/Clovisor.Wan.Model" -c Release -v q -nologo -clp:ErrorsOnly >&2 || exit 2
exec "$here/Clovisor.Wan.Model/bin/Release/net10.0/Clovisor.Wan.Model" matrix
