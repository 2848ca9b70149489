# Sourced by compat/run. Programs with informers, each against a server of its own that is restarted under it, two at a
# time. Every program takes --kubeconfig FILE and --restarts "COMMAND;;COMMAND".

COURSES=() COURSE_PIDS=()

# course NAME TEXT COMMAND...: in the background; what came of it is told by courses_end.
course() {
  local name=$1 text=$2
  shift 2
  COURSES+=("$name" "$text")
  while [ "$(running_courses)" -ge 2 ]; do wait -n; done
  follow_course "$name" "$@" >"$WORK/$name.log" 2>&1 </dev/null &
  COURSE_PIDS+=($!)
}

running_courses() {
  local pid running=0
  for pid in ${COURSE_PIDS[@]+"${COURSE_PIDS[@]}"}; do kill -0 "$pid" 2>/dev/null && running=$((running + 1)); done
  echo "$running"
}

follow_course() {
  local name=$1 began=$SECONDS
  shift
  rheo_start "$WORK/$name" || return
  timeout 240 "$@" --kubeconfig "$RHEO_KUBECONFIG" \
    --restarts "lib/restart $WORK/$name TERM;;lib/restart $WORK/$name KILL" &
  trap "kill $! 2>/dev/null; exit" TERM
  wait $!
  rheo_stop TERM
  echo "took $((SECONDS - began)) s"
}

# Waits for all courses and tells of them in their order.
courses_end() {
  local i name
  wait ${COURSE_PIDS[@]+"${COURSE_PIDS[@]}"}
  for ((i = 0; i < ${#COURSES[@]}; i += 2)); do
    name=${COURSES[i]}
    echo "== ${COURSES[i + 1]} ($(sed -n 's/^took //p' "$WORK/$name.log"))"
    show "$WORK/$name.log"
    tally "$WORK/$name.log"
  done
  COURSES=() COURSE_PIDS=()
}

# built WHAT COMMAND...: builds a program, or says that it cannot be built.
built() {
  local what=$1 log=$WORK/build-$1.log
  shift
  "$@" >"$log" 2>&1 </dev/null && return
  tail -15 "$log"
  FAILED=$((FAILED + 1))
  echo "FAIL $what does not build"
  return 1
}

# at_least WANTED VERSION: the version is this one or a newer one.
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -1)" = "$1" ]; }

run_clientgo() {
  command -v go >/dev/null || { skip "clientgo: Go 1.26 is not on PATH"; return; }
  built clientgo go build -C clientgo -o "$CACHE/compat-clientgo" . || return
  local program=$CACHE/compat-clientgo
  course clientgo-lists "client-go, lists and watches" env KUBE_FEATURE_WatchListClient=false "$program"
  course clientgo-watchlists "client-go, watch lists" env KUBE_FEATURE_WatchListClient=true "$program"
  course clientgo-cbor "client-go, CBOR" \
    env KUBE_FEATURE_ClientsAllowCBOR=true KUBE_FEATURE_ClientsPreferCBOR=true "$program"
}

run_kubers() {
  command -v cargo >/dev/null && at_least 1.89 "$(cargo --version | cut -d' ' -f2)" ||
    { skip "kubers: Rust 1.89 is not on PATH"; return; }
  built kubers env CARGO_TARGET_DIR="$CACHE/compat-kubers" cargo build -q --locked --manifest-path kubers/Cargo.toml || return
  course kubers "kube-rs" "$CACHE/compat-kubers/debug/compat-kubers"
}

# python_venv PART: makes $venv, with what the Python programs need.
python_venv() {
  venv=$CACHE/compat-python
  if ! cmp -s python/requirements.txt "$venv/installed"; then
    rm -rf "$venv"
    python3 -m venv "$venv" >/dev/null 2>&1 || { skip "$1: no Python 3 with venv"; return 1; }
    built python "$venv/bin/pip" install -q -r python/requirements.txt || return 1
    cp python/requirements.txt "$venv/installed"
  fi
}

run_python() {
  local venv
  python_venv python || return
  course python "the official Python client" "$venv/bin/python" python/program.py
}

java_built() { # java_built NAME: builds the Java programs; sets $java, the command that runs this one
  home=$(../rheo --print-java-home) || return
  command -v mvn >/dev/null || { skip "$1: Maven is not on PATH"; return 1; }
  if [ ! -e java/target/built ] || [ -n "$(find java ../client ../client-fabric8 -newer java/target/built \( -name '*.java' -o -name pom.xml \))" ]; then
    built "java" env JAVA_HOME="$home" mvn -q -B -ntp -f java/pom.xml package -DskipTests || return 1
    mkdir -p java/target && touch java/target/built
  fi
  java=("$home/bin/java" -XX:+UseSerialGC -Xmx256m -cp "java/$1/target/$1-0.jar:java/$1/target/lib/*" "dev.rheo.compat.$1.Main")
}

java_program() { # java_program NAME TEXT
  local home java
  java_built "$1" && course "$1" "$2" "${java[@]}"
}

run_fabric8() { java_program fabric8 "fabric8"; }

run_informers() {
  local home java
  java_built fabric8 || return
  course informers "Rheo's informers, over connections that are cut" "${java[@]::${#java[@]}-1}" dev.rheo.compat.fabric8.CutMain
}
run_clientjava() { java_program clientjava "the official Java client"; }
