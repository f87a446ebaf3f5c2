#!/usr/bin/env bash
# Feeds damaged ELF objects, BTF, verifier logs, instructions, generator inputs and what proxies report and log to the library: no crash, no hang, no unbounded memory.
# Usage: tests/fuzz.sh [--seconds N] [--seed S] [--state FOLDER] [--target btf|object|log|code|message|report|batch|accesslog|generator] [--case ITERATION]
# Default: 600 seconds, seed 1, state in a folder of the temporary directory. The same seed and folder go on where the last run ended.
# Inputs that fail are kept under FOLDER/findings and printed with the command that runs them again; the exit code is then 1.
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build tests/Clovisor.Fuzz -c Release -v q -nologo
exec tests/Clovisor.Fuzz/bin/Release/net10.0/Clovisor.Fuzz "$@"
