#!/usr/bin/env bash
# Writes the custom resource definitions under deploy/crds anew, from the types in src/Clovisor.Hosting/Kubernetes. Review the diff: it is the change of the API.
set -euo pipefail
cd "$(dirname "$0")/.."
CLOVISOR_UPDATE_CRDS=1 dotnet run --project tests/Clovisor.Hosting.Tests -- --filter-class '*DefinitionFileTests'
