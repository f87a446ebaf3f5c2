#!/usr/bin/env bash
# Measures following two real Kubernetes API servers: first read, change to snapshot, return after a cut with compaction and restart.
# run-kube-sync.sh [OBJECTS [CHANGES]]   by default 1000 objects in each cluster and 200 changes.
# Exit status: 0 all as promised, 1 something is not, 2 it could not be run.
set -euo pipefail
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../tests/Clovisor.Istio.KubeSync" && pwd)
dotnet build "$project" -c Release -v q -nologo -clp:ErrorsOnly >&2 || exit 2
exec "$project/bin/Release/net10.0/Clovisor.Istio.KubeSync" "$@"
