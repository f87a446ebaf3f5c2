#!/usr/bin/env bash
# Runs every test: installs what is missing (apt), builds, runs all test projects one after the other.
# Kernel tests need root: without it, the tests are started with sudo. Arguments go to `dotnet test`, for example
# ./test.sh --filter-class '*Oracle*'. The last line is: N passed, N failed, N skipped.
set -euo pipefail
cd "$(dirname "$0")"

if ! command -v dotnet >/dev/null; then
  echo "The .NET 10 SDK is needed, and there is no 'dotnet' on the PATH." >&2
  exit 1
fi

eng/install.sh tests
echo "Building Clovisor.sln"
dotnet build Clovisor.sln -v q -nologo

run=()
if [ "$(id -u)" -ne 0 ]; then
  if command -v sudo >/dev/null; then
    echo "Kernel tests need root: starting the tests with sudo."
    run=(sudo -E env "PATH=$PATH")
  else
    echo "Not root, and no sudo: kernel tests will be skipped."
  fi
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
"${run[@]}" dotnet test --solution Clovisor.sln --no-build --max-parallel-test-modules 1 --no-progress --no-ansi --output Detailed "$@" 2>&1 | tee "$log" || status=$?

count() { sed -n "s/^ *$1: *\([0-9][0-9]*\)$/\1/p" "$log" | tail -n 1; }
passed=$(count succeeded)
failed=$(count failed)
skipped=$(count skipped)
if [ "$status" -ne 0 ] && [ "${failed:-0}" -eq 0 ]; then
  # A test process that died, or ran no test, is a failure though no test says so.
  failed=1
fi

# Each failure once more at the end, where somebody who has only the last lines of a log finds it.
awk '/^(passed|skipped) / || /^Test run summary/ { failed = 0 } /^failed / { failed = 1; lines = 0 } failed && lines++ < 60' "$log"

echo "${passed:-0} passed, ${failed:-0} failed, ${skipped:-0} skipped"
exit "$status"
