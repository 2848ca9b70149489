# Sourced. Starts, stops and restarts the Rheo of this checkout for the compatibility tests.
#
#   rheo_start DIR [serve options]   starts, waits until ready; sets RHEO_PID, RHEO_KUBECONFIG, RHEO_ADDRESS, and
#                                    RHEO_TOKEN_KUBECONFIG: a user by a bearer token, without a certificate, named as in bench/peers
#   rheo_stop SIGNAL                 ends it (TERM or KILL) and waits for its end
# State is kept in DIR/state, so that a restart can be asked for by another process: see lib/restart.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
RHEO=${RHEO:-$ROOT/rheo}

# The server's own process: the launcher may stay in front of the JVM.
rheo_jvm() {
  local pid=$1 child
  while child=$(pgrep -P "$pid" 2>/dev/null | head -1) && [ -n "$child" ]; do pid=$child; done
  echo "$pid"
}

rheo_wait_ready() {
  local _ server
  for _ in $(seq 600); do
    kill -0 "$RHEO_PID" 2>/dev/null || return 1
    if [ -s "$RHEO_KUBECONFIG" ]; then
      server=$(sed -n 's/^[ -]*server: *//p' "$RHEO_KUBECONFIG" | head -1 | tr -d "\"'")
      RHEO_ADDRESS=${server#https://}
      curl -sk -m 2 "$server/readyz" 2>/dev/null | grep -qx ok && return 0
    fi
    sleep 0.1
  done
  return 1
}

rheo_start() {
  local dir=$1 listen=127.0.0.1:0
  shift
  mkdir -p "$dir"
  [ -f "$dir/state/listen" ] && listen=$(cat "$dir/state/listen")
  mkdir -p "$dir/state"
  RHEO_KUBECONFIG=$dir/admin.kubeconfig
  RHEO_TOKEN_KUBECONFIG=$dir/token.kubeconfig
  rm -f "$RHEO_KUBECONFIG"
  echo 'compat-token,admin,admin,"system:masters"' >"$dir/tokens.csv"
  "$RHEO" serve --data "$dir/data" --listen "$listen" --kubeconfig "$RHEO_KUBECONFIG" \
    --token-auth-file "$dir/tokens.csv" "$@" >>"$dir/rheo.log" 2>&1 &
  RHEO_PID=$!
  echo "$RHEO_PID" >"$dir/state/pid"
  printf '%s\n' "$@" >"$dir/state/options"
  rheo_wait_ready || { echo "rheo did not become ready:"; tail -20 "$dir/rheo.log"; return 1; }
  sed -e 's/client-certificate-data:.*/token: compat-token/' -e '/client-key-data:/d' "$RHEO_KUBECONFIG" >"$RHEO_TOKEN_KUBECONFIG"
  echo "$RHEO_ADDRESS" >"$dir/state/listen"
  RHEO_DIR=$dir
}

# A child of a shell that does not wait stays as a zombie: that one has ended, too.
rheo_runs() {
  local state
  state=$(ps -o stat= -p "$1" 2>/dev/null)
  [ -n "$state" ] && [ "${state:0:1}" != Z ]
}

rheo_stop() {
  local pid jvm _
  pid=$(cat "$RHEO_DIR/state/pid" 2>/dev/null) || return 0
  jvm=$(rheo_jvm "$pid")
  kill "-$1" "$jvm" 2>/dev/null
  for _ in $(seq 300); do
    rheo_runs "$jvm" || { rm -f "$RHEO_DIR/state/pid"; return 0; }
    sleep 0.1
  done
  echo "rheo did not end within 30 s of SIG$1"
  kill -KILL "$jvm" 2>/dev/null
  return 1
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# free_pair: a free port whose successor is free, too: bench/peers/up takes that one for etcd's peers
free_pair() {
  python3 -c '
import socket
while True:
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
        try:
            two.bind(("127.0.0.1", port + 1))
        except (OSError, OverflowError):
            continue
    print(port)
    break'
}
