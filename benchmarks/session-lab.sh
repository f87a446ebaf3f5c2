# What run-session-api.sh and tests/host-memory-report.sh both begin with; to be sourced. Paths are taken from this file, names from the caller.
session_benchmarks=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# build_session_bench BIN BUILDS: the reporters, the tool that reads the map, and the host as each of BUILDS ("aot jit").
build_session_bench() {
  local bin=$1 builds=$2
  mkdir -p "$bin"
  cc -O2 -Wall -Wextra -Werror -o "$bin/reporters" "$session_benchmarks/native/reporters/reporters.c" || exit 2
  dotnet publish "$session_benchmarks/Clovisor.Hosting.SessionBench" -c Release -v q --nologo -o "$bin" >&2 || exit 2
  dotnet publish "$session_benchmarks/../samples/EdgeHost" -c Release -v q --nologo -p:PublishAot=false -o "$bin/jit" >&2 || exit 2
  case $builds in *aot*) dotnet publish "$session_benchmarks/../samples/EdgeHost" -c Release -v q --nologo -o "$bin/aot" >&2 || exit 2 ;; esac
}

# make_site NAME: a network namespace NAME with two links to another, NAME-isp. The caller removes both.
make_site() {
  local edge=$1 isp=$1-isp i
  ip netns add "$edge"
  ip netns add "$isp"
  for i in 0 1; do
    ip -n "$edge" link add "wan$i" type veth peer name "isp$i" netns "$isp"
    ip -n "$edge" addr add "10.9.$i.1/24" dev "wan$i"
    ip -n "$isp" addr add "10.9.$i.2/24" dev "isp$i"
    ip -n "$edge" link set "wan$i" up
    ip -n "$isp" link set "isp$i" up
  done
}
