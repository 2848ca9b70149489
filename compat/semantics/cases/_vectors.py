"""What kube-apiserver's validation says of many writes (tools/validation), for scenarios to send over HTTP.

Of each resource a few vectors are chosen, the same in each run, so that each kind of fault (its reason, and its field without
indexes) appears as far as the limits allow.
"""
import copy
import gzip
import json
import os
import re
import zlib

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "resource", "src", "test", "resources",
                      "dev", "rheo", "resource", "rules", "vectors")
PLACE = re.compile(r"\[[^]]*\]")
GONE = object()  # in place of a value: it is removed


class Vector:
    """One change of a base: `op` is create, update, update/status, …"""

    def __init__(self, record):
        self.base, self.op, self.path = record["b"], record["op"], record["p"]
        self.value = record.get("v", GONE)
        self.faults = {(e[0], PLACE.sub("[]", e[1])) for e in record.get("e", ())}
        self.id = zlib.crc32(json.dumps([self.base, self.op, self.path, record.get("v", "gone")]).encode())

    def __str__(self):
        value = "gone" if self.value is GONE else json.dumps(self.value)
        value = value if len(value) <= 40 else value[:30] + "…" + f"{self.id:08x}"
        return ".".join(map(str, self.path)) + " " + value

    def change(self, body):
        return changed(body, self.path, self.value)


def changed(body, path, value):
    """A copy with another value at the path, None if the place is not there."""
    out = copy.deepcopy(body)
    at = out
    try:
        for key in path[:-1]:
            at = at[key]
        if value is GONE:
            del at[path[-1]]
        else:
            at[path[-1]] = value
    except (KeyError, IndexError, TypeError):
        return None
    return out


def read(resource, most):
    """The bases of a resource, and the chosen vectors by operation. `most`: how many there are at most, by operation."""
    bases, found = [], {}
    with gzip.open(os.path.join(FOLDER, resource + ".jsonl.gz"), "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith('{"base"'):
                bases.append(json.loads(line))
            elif '"e":' in line:
                v = Vector(json.loads(line))
                found.setdefault(v.op, []).append(v)
    return bases, {op: choose(vectors, most.get(op, most[""])) for op, vectors in found.items()}


def choose(vectors, most):
    """Vectors that together have as many kinds of faults as possible, those that have few each first."""
    chosen, seen = [], set()
    for v in sorted(vectors, key=lambda v: (len(v.faults), v.id)):
        if not v.faults <= seen and len(chosen) < most:
            chosen.append(v)
            seen |= v.faults
    return sorted(chosen, key=lambda v: (v.base, v.path != [] and str(v.path), v.id))
