# Read by bash before each step.

# fields: what kubectl explain says of types; descriptions are upstream's and not taken over
fields() { grep -E $'^[A-Z]+:|^ +[A-Za-z$]+\t<|^ +enum:|^error|^Error'; }

# random: random ends of names
random() { sed -E 's/-[bcdfghjklmnpqrstvwxz2456789]{5}\b/-RANDOM/g'; }

# claims: what a token says, but for the times
claims() {
  python3 -c '
import base64, json, re, sys
part = sys.stdin.read().strip().split(".")[1]
said = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
said["lasts"] = said["exp"] - said["iat"]
for key in ("exp", "iat", "nbf", "jti", "iss"):
    said[key] = type(said[key]).__name__
print(json.dumps(said, indent=1, sort_keys=True))'
}

# editor SCRIPT: what kubectl edit calls is sed with the script
editor() {
  printf '#!/bin/sh\nexec sed -i -E %s "$1"\n' "$(printf '%q' "$1")" >editor
  chmod +x editor
  export KUBE_EDITOR=$PWD/editor
}

# edit ARGS: kubectl edit, and what it wrote at the top of the file that it kept
edit() {
  local kept
  kubectl edit "$@" >edit.out 2>&1
  kept=$(sed -n 's/.*stored to "\(.*\)"/\1/p' edit.out)
  sed 's,/tmp/[^ "]*,FILE,' edit.out
  [ -z "$kept" ] || grep '^# ' "$kept" | grep -v -e 'Please edit' -e 'and an empty file' -e 'reopened with'
}

# pieces: the parts of what kubectl writes in the order of a Go map
pieces() { sed 's/, \|; \|\[\|\]\|error: \|Warning: /\n/g' | sort; }
