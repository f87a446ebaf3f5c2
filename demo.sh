#!/usr/bin/env bash
# Runs the edge demo on a machine that has the .NET SDK: installs what is missing, builds, runs, leaves nothing behind.
#   ./demo.sh [--mode report|tag] [--proxy auto|envoy|yarp] [--json FILE]   A real Envoy where one is found: CLOVISOR_ENVOY, the PATH, ../shared/bin.
#   ./demo.sh --cluster [--json FILE]   The same from two real API servers; kube-apiserver from KUBEBUILDER_ASSETS or ../shared/bin. Exit code 7: a part is missing.
set -euo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

fail() { printf 'demo.sh: %s\n' "$1" >&2; exit 1; }

command -v dotnet >/dev/null || fail "the .NET SDK 10 is not on the PATH. Install it: https://dotnet.microsoft.com/download"

DOTNET_ROOT=${DOTNET_ROOT:-$(dirname "$(readlink -f "$(command -v dotnet)")")}
export DOTNET_ROOT

root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || fail "network namespaces and eBPF need root: this is user $(id -un), and there is no sudo. Run it as root."
  root=(sudo --preserve-env=PATH,DOTNET_ROOT,CLOVISOR_ENVOY,CLOVISOR_ISTIO_CRDS,KUBEBUILDER_ASSETS)
fi

case " $* " in
  *" --cluster "*) "$repository/eng/install.sh" cluster ;;
  *) "$repository/eng/install.sh" ;;
esac

echo "demo.sh: building"
log=$(mktemp)
if ! dotnet build "$repository/samples/EdgeHost" -c Release -v quiet -nologo >"$log" 2>&1; then
  cat "$log" >&2
  rm -f "$log"
  fail "the build failed"
fi
rm -f "$log"

# In place of this shell, so that a signal to it reaches the demo.
exec "${root[@]}" "$repository/samples/EdgeHost/bin/Release/net10.0/EdgeHost" demo "$@"
