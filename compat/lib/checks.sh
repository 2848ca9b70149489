# Sourced. Counts and prints what was checked, as compat/run reads it. $WORK is a folder for the last output;
# $PREFIX, if set, stands before each label.

PASSED=0 FAILED=0

pass() { PASSED=$((PASSED + 1)); echo "ok   ${PREFIX:-}$1"; }
fail() {
  FAILED=$((FAILED + 1))
  echo "FAIL ${PREFIX:-}$1"
  cut -c1-400 "$WORK/out" | sed 's/^/     /' | head -15
}

# expect LABEL STATUS PATTERN COMMAND...: exit status (0, 1 or -) and an extended regular expression in the output
expect() {
  local label=$1 status=$2 pattern=$3 got
  shift 3
  "$@" >"$WORK/out" 2>&1
  got=$?
  [ "$got" -gt 1 ] && got=1
  if [ "$status" != - ] && [ "$got" != "$status" ]; then
    echo "(exit status $got, expected $status)" >>"$WORK/out"
    fail "$label"
  elif ! grep -Eq -- "$pattern" "$WORK/out"; then
    echo "(expected $pattern)" >>"$WORK/out"
    fail "$label"
  else
    pass "$label"
  fi
}
