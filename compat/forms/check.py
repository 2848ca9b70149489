"""Reads what dev.rheo.codec.FormsDump wrote with Python's own readers: YAML 1.1 (PyYAML) and gzip."""

import glob
import gzip
import json
import sys
import zlib

import yaml

folder = sys.argv[1]
passed = failed = 0


def check(name, good, detail=""):
    global passed, failed
    if good:
        passed += 1
    else:
        failed += 1
        print("FAIL", name, detail[:500])


def read(path):
    with open(path, "rb") as file:
        return file.read()


for path in sorted(glob.glob(folder + "/*/*.yaml")):
    if path.endswith("empty.yaml"):
        continue
    want = json.loads(read(path[:-5] + ".json"))
    try:
        got = yaml.safe_load(read(path))
        check(path, got == want, repr(got))
    except yaml.YAMLError as e:
        check(path, False, str(e))

compressed, plain = read(folder + "/streams/watch.json.gz"), read(folder + "/streams/watch.json")
check("gzip", gzip.decompress(compressed) == plain)
live, sent, good = zlib.decompressobj(31), 0, True
got = b""
for line in read(folder + "/streams/watch.parts").split(b"\n")[:-1]:
    to_send, to_get = map(int, line.split())
    got += live.decompress(compressed[sent:to_send])
    sent = to_send
    good &= got == plain[:to_get]
check("gzip event by event", good)
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
