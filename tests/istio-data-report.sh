#!/usr/bin/env bash
# How far Clovisor.Istio agrees with Istio's own examples: the conversion of Gateway API objects, and the analysis.
# The examples are read from shared/data/istio in a folder above this one.
# Exit status: 0 all agrees, 1 something differs, 2 it could not be run.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
above=$here
while [ "$above" != / ] && [ ! -d "$above/shared/data/istio" ]; do above=$(dirname "$above"); done
folder=$above/shared/data/istio
[ -d "$folder" ] || { echo "The examples cannot be compared: no folder above $here has shared/data/istio. Put the examples beside the repository." >&2; exit 2; }
configuration=${CONFIGURATION:-Release}
dotnet build "$here/Clovisor.Istio.Tests" -c "$configuration" -v q -nologo -clp:ErrorsOnly >&2 || exit 2
status=0
# The conversion is compared field by field in tests, one an example.
output=$("$here/Clovisor.Istio.Tests/bin/$configuration/net10.0/Clovisor.Istio.Tests" --filter-class '*GatewayConversionTests' --progress off 2>&1) || status=1
total=$(sed -n 's/^ *total: \([0-9]*\).*/\1/p' <<<"$output")
agree=$(sed -n 's/^ *succeeded: \([0-9]*\).*/\1/p' <<<"$output")
[ "${total:-0}" -gt 0 ] && [ "${agree:-0}" -gt 0 ] || { printf '%s\n' "$output" >&2; exit 2; }
# Lines that differ for a reason are named in the test, with the reason.
excepted=$(sed -n 's/^ *("\([a-z-]*\)", ".*", ".*"),$/\1/p' "$here/Clovisor.Istio.Tests/Conformance/GatewayConversionTests.cs" | sort -u)
echo "gateway-conversion: $agree of $total examples agree; $(wc -w <<<"$excepted") of them have lines that are excepted, each with its reason in GatewayConversionTests: $(paste -sd' ' <<<"$excepted")"
sed -n 's/^failed .*(\(.*\)) (.*/  differs: \1/p' <<<"$output"
"$here/Clovisor.Istio.Oracle/bin/$configuration/net10.0/Clovisor.Istio.Oracle" --analyzers "$folder/analyzers" || status=1
exit "$status"
