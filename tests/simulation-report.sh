#!/usr/bin/env bash
# How soon the engine finds a bad link, and how seldom it is wrong: seeded simulations in virtual time, printed as a table.
# simulation-report.sh [--runs N] [--days N] [--seed N]   N runs a detection (200), N virtual days a count of false switches (1).
# Exit status: 0 every promise is kept, 1 one is not, 2 it could not be run. Needs no rights.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dotnet build "$here/Clovisor.Wan.Simulation" -c Release -v q -nologo -clp:ErrorsOnly >&2 || exit 2
exec "$here/Clovisor.Wan.Simulation/bin/Release/net10.0/Clovisor.Wan.Simulation" "$@"
