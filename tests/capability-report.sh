#!/usr/bin/env bash
# Runs the agent with exactly the capabilities that the DaemonSet and the systemd unit give it, and with each of them taken away: with all it works, without any one
# of them something named breaks. In network namespaces of its own, with real links, probes, programs and a reported session. Needs root; leaves nothing.
# Usage: tests/capability-report.sh [--no-build]
set -uo pipefail
cd "$(dirname "$0")/.."
shipped='bpf perfmon net_admin net_raw'
agent=samples/EdgeHost/bin/Debug/net10.0/EdgeHost
[ "${1:-}" = --no-build ] || dotnet build samples/EdgeHost --nologo -v q || exit 1
[ "$(id -u)" -eq 0 ] || { echo "tests/capability-report.sh makes network namespaces and so needs root" >&2; exit 2; }
for tool in setpriv nsenter curl ip; do
  command -v "$tool" >/dev/null || { echo "tests/capability-report.sh needs $tool; eng/install.sh tests installs it" >&2; exit 2; }
done

edge=clvcap-edge-$$ far=clvcap-far-$$ pins=/sys/fs/bpf/clvcap-$$
folder=$(mktemp -d) pid=
clean() {
  [ -z "$pid" ] || { kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; }
  rm -rf "$folder" "$pins"
  ip netns del "$edge" 2>/dev/null
  ip netns del "$far" 2>/dev/null
}
trap clean EXIT
trap 'exit 130' INT TERM

mountpoint -q /sys/fs/bpf || mount -t bpf bpf /sys/fs/bpf || exit 1
ip netns add "$edge" && ip netns add "$far" || exit 1
for i in 0 1; do
  ip link add "wan$i" netns "$edge" type veth peer name "far$i" netns "$far"
  ip -n "$edge" addr add "10.9.$i.1/24" dev "wan$i"
  ip -n "$far" addr add "10.9.$i.2/24" dev "far$i"
  ip -n "$edge" link set "wan$i" up
  ip -n "$far" link set "far$i" up
done
ip -n "$edge" link set lo up
ip -n "$edge" route add default via 10.9.0.2
mkdir "$folder/config"
cp samples/EdgeHost/config/*.yaml "$folder/config/"

start() { # start CAPABILITY…: the agent with these alone; waits until it is ready or has ended
  local set=-all c
  for c in "$@"; do set+=,+$c; done
  : > "$folder/out"
  : > "$folder/err"
  nsenter --net="/run/netns/$edge" setpriv --bounding-set="$set" --inh-caps=-all --no-new-privs \
    "$agent" run --config "$folder/config" --namespace app --socket "$folder/api.sock" --pin "$pins" > "$folder/out" 2> "$folder/err" &
  pid=$!
  for _ in $(seq 300); do
    ! grep -q . "$folder/out" || return 0
    kill -0 "$pid" 2>/dev/null || { wait "$pid"; pid=; return 1; }
    sleep 0.1
  done
  return 1
}

stop() {
  [ -z "$pid" ] || { kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; pid=; }
  rm -rf "$pins"
}

ask() { curl -s -m 5 --unix-socket "$folder/api.sock" "http://clovisor$1" "${@:2}"; }

works() { # whether the agent does all that it is for: links probed and up, and a session entered on the link of its rule
  local i
  for i in $(seq 100); do
    [ "$(ask /v1/links | grep -o '"state":"Up"' | wc -l)" = 2 ] && break
    sleep 0.1
  done
  [ "$i" -lt 100 ] || return 1
  ask /v1/sessions -H 'Content-Type: application/json' -d '{"protocol":"tcp","source":"10.9.0.1:41000","destination":"10.96.1.1:80","method":"GET","authority":"httpbin.example.com","path":"/","headers":{"user":"minion"}}' | grep -q '"link":"wan1"'
}

failed=0
row() { printf '%-44s | %-92s | %s\n' "$1" "$2" "$3"; [ "$3" = ok ] || failed=1; }
printf '%-44s | %-92s | %s\n' promise measured ok
if start $shipped && works; then
  row "with $shipped: all works" "2 links up by probes, a session entered on its link" ok
else
  row "with $shipped: all works" "$(ask /v1/links; tail -c 300 "$folder/err" | tr '\n' ' ')" FAILED
fi
stop
for gone in $shipped; do
  rest=()
  for c in $shipped; do [ "$c" = "$gone" ] || rest+=("$c"); done
  if start "${rest[@]}"; then
    if works; then
      row "without $gone: something named breaks" "nothing breaks: it need not be given" FAILED
    else
      # What it says of itself, most telling line first.
      ask /healthz > "$folder/health"; ask /v1/links >> "$folder/health"
      said=$(grep -o '[^"]*\(not permitted\|CAP_[A-Z_]*\)[^"]*' "$folder/health" | head -1)
      row "without $gone: something named breaks" "${said:0:92}" "$([ -n "$said" ] && echo ok || echo FAILED)"
    fi
  else
    said=$(grep -o '.*\(not permitted\|CAP_[A-Z_]*\|Permission denied\).*' "$folder/err" | head -1)
    row "without $gone: something named breaks" "${said:0:92}" "$([ -n "$said" ] && echo ok || echo FAILED)"
  fi
  stop
done
exit $failed
