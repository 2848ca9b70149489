"""What is too large, too deep or too dear, in definitions and in objects."""
import json
import re

from harness import scenario

from cases._custom import (ANY, APPLY, DEFINITIONS, GROUP, JSONPATCH, MERGE, YAML, at, change, custom, definition, dry, lst, obj, path_of, schema, serve,
                           set_at, text, until, version, whole)


def custom_scenario(name):
    return scenario(name, packed=True, worded=True)


def nested(depth, leaf, wrap):
    out = leaf
    for _ in range(depth):
        out = wrap(out)
    return out


def answered(t, label, r):
    """The status and the beginning of the message, which may be long, and of many faults names one or another first."""
    said = r.json or {}
    t.note(label, [r.status, said.get("reason"), re.sub("[0-9a-f]{24,}", "<hex>", said.get("message", "").partition(": [")[0][:300]), len((said.get("details") or {}).get("causes") or ())])


@custom_scenario("custom-bad-definitions")
def definitions(t):
    """Definitions that are large."""
    t.make_namespace()
    answered(t, "10,000 properties", t.send("POST", dry(DEFINITIONS), definition("manies", version(schema=schema(**{f"p{i:05}": text() for i in range(10000)})))))
    answered(t, "3 MB of description", t.send("POST", dry(DEFINITIONS), definition("larges", version(schema={**ANY, "description": "d" * (3 << 20)}))))
    answered(t, "2 MB of description", t.send("POST", dry(DEFINITIONS), definition("larges", version(schema={**ANY, "description": "d" * (2 << 20)}))))
    answered(t, "40 deep", t.send("POST", dry(DEFINITIONS), definition("deeps", version(schema=schema(x=nested(40, text(), lambda s: obj(x=s)))))))
    answered(t, "40 lists deep", t.send("POST", dry(DEFINITIONS), definition("deeps", version(schema=schema(x=nested(40, text(), lambda s: lst(s)))))))
    answered(t, "40 maps deep", t.send("POST", dry(DEFINITIONS), definition("deeps", version(schema=schema(x=nested(40, text(), lambda s: {"type": "object", "additionalProperties": s}))))))
    answered(t, "40 nots deep", t.send("POST", dry(DEFINITIONS), definition("deeps", version(schema=schema(x=text(**nested(40, {"pattern": "a"}, lambda s: {"not": s})))))))
    answered(t, "100 versions", t.send("POST", dry(DEFINITIONS), definition("deeps", *[version(f"v{i}", storage=i == 1) for i in range(1, 101)])))
    answered(t, "100 columns", t.send("POST", dry(DEFINITIONS), definition("deeps", version(additionalPrinterColumns=[{"name": f"c{i}", "type": "string", "jsonPath": f".spec.c{i}"} for i in range(100)]))))
    answered(t, "a long name", t.send("POST", dry(DEFINITIONS), definition("x" * 60)))
    answered(t, "a name too long", t.send("POST", dry(DEFINITIONS), definition("x" * 64)))
    answered(t, "a long group", t.send("POST", dry(DEFINITIONS), definition("longs", group="x" * 63 + "." + "y" * 63 + "." + "z" * 63 + ".com")))
    answered(t, "a group too long", t.send("POST", dry(DEFINITIONS), definition("longs", group=("x" * 63 + ".") * 4 + "com")))
    answered(t, "an enum of 5,000", t.send("POST", dry(DEFINITIONS), definition("enums", version(schema=schema(x=text(enum=[f"e{i}" for i in range(5000)]))))))
    answered(t, "500 unknown fields", t.send("POST", dry(DEFINITIONS) + "&fieldValidation=Strict", {**definition("unknowns"), **{f"u{i:03}": 1 for i in range(500)}}))
    answered(t, "a big pattern", t.send("POST", dry(DEFINITIONS), definition("pats", version(schema=schema(x=text(pattern="a{1000}"))))))
    answered(t, "a pattern too big", t.send("POST", dry(DEFINITIONS), definition("pats", version(schema=schema(x=text(pattern="a{1001}"))))))
    answered(t, "a pattern of patterns", t.send("POST", dry(DEFINITIONS), definition("pats", version(schema=schema(x=text(pattern="((a{100}){100}){100}"))))))
    answered(t, "300 faults", t.send("POST", dry(DEFINITIONS), definition("faulties", version(schema=schema(**{f"p{i:03}": {"type": "what"} for i in range(300)})))))


@custom_scenario("custom-bad-objects")
def objects(t):
    """Objects that are large, deep, or slow to check."""
    t.make_namespace()
    recursive = nested(12, {"type": "object"}, lambda s: {"type": "object", "properties": {"a": s, "v": text()}})
    serve(t, definition("bads", version(schema=schema(evil=text(pattern="^(a+)+$"), alt=text(pattern="^(a|a)*b$"), deep=recursive, many=lst(whole(minimum=1)), free=ANY, keys={"type": "object", "additionalProperties": whole(minimum=1)}, big=text())), kind="Bad"))
    path = dry(at("bads"))
    answered(t, "a pattern that backtracks", t.send("POST", path, custom("Bad", "x", {"evil": "a" * 50000 + "!"})))
    answered(t, "another", t.send("POST", path, custom("Bad", "x", {"alt": "a" * 50000})))
    answered(t, "deep and known", t.send("POST", path, custom("Bad", "x", {"deep": nested(12, {}, lambda v: {"a": v, "v": "x"})})))
    for n in (50, 200, 1000, 9000):
        answered(t, f"{n} deep", t.send("POST", path, t.fill('{"apiVersion":"{id}.example.com/v1","kind":"Bad","metadata":{"name":"x"},"spec":{"free":' + '{"a":' * n + "1" + "}" * n + "}}")))
        answered(t, f"{n} lists deep", t.send("POST", path, t.fill('{"apiVersion":"{id}.example.com/v1","kind":"Bad","metadata":{"name":"x"},"spec":{"free":{"a":' + "[" * n + "1" + "]" * n + "}}}")))
    answered(t, "20,000 deep", t.send("POST", path, t.fill('{"apiVersion":"{id}.example.com/v1","kind":"Bad","metadata":{"name":"x"},"spec":{"free":' + '{"a":' * 20000 + "1" + "}" * 20000 + "}}")))
    answered(t, "deep where it is pruned", t.send("POST", path, t.fill('{"apiVersion":"{id}.example.com/v1","kind":"Bad","metadata":{"name":"x"},"spec":{"nope":' + '{"a":' * 5000 + "1" + "}" * 5000 + "}}")))
    answered(t, "300 faults", t.send("POST", path, custom("Bad", "x", {"many": [0] * 300})))
    answered(t, "300 keys that are wrong", t.send("POST", path, custom("Bad", "x", {"keys": {f"k{i:03}": 0 for i in range(300)}})))
    answered(t, "1 MB", t.send("POST", path, custom("Bad", "x", {"big": "x" * (1 << 20)})))
    answered(t, "4 MB", t.send("POST", path, custom("Bad", "x", {"big": "x" * (4 << 20)})))
    answered(t, "500 unknown fields, strict", t.send("POST", path + "&fieldValidation=Strict", custom("Bad", "x", {f"u{i:03}": 1 for i in range(500)})))
    r = t.send("POST", path + "&fieldValidation=Warn", custom("Bad", "x", {f"u{i:03}": 1 for i in range(50)}))
    t.note("50 unknown fields, warn", [r.status, len(r.warnings), r.warnings[-1] if r.warnings else None])
    answered(t, "YAML that explodes", t.send("POST", path, t.fill("apiVersion: {id}.example.com/v1\nkind: Bad\nmetadata: {name: x}\nspec:\n  free:\n    a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"    {c}: &{c} [*{p},*{p},*{p},*{p},*{p},*{p},*{p},*{p},*{p}]\n" for p, c in zip("abcdefgh", "bcdefghi"))), headers=YAML))
    answered(t, "a JSON patch of 10,001 operations", t.send("PATCH", at("bads") + "/x", [{"op": "test", "path": "/kind", "value": "Bad"}] * 10001, headers=JSONPATCH))
    t.send("POST", at("bads"), custom("Bad", "x", {"many": [1]}))
    answered(t, "a JSON patch of 10,001 operations, of an object", t.send("PATCH", at("bads") + "/x", [{"op": "test", "path": "/kind", "value": "Bad"}] * 10001, headers=JSONPATCH))
    answered(t, "a JSON patch that grows", t.send("PATCH", at("bads") + "/x", [{"op": "add", "path": "/spec/free", "value": {"a": ["x" * 100] * 100}}] + [{"op": "copy", "from": "/spec/free", "path": "/spec/free/b"}] * 20, headers=JSONPATCH))
    answered(t, "a merge patch that is deep", t.send("PATCH", at("bads") + "/x", '{"spec":{"free":' + '{"a":' * 300 + "1" + "}" * 300 + "}}", headers=MERGE))
    answered(t, "an apply that is deep", t.send("PATCH", at("bads") + "/x?fieldManager=m&force=true", t.fill('{"apiVersion":"{id}.example.com/v1","kind":"Bad","metadata":{"name":"x"},"spec":{"free":' + '{"a":' * 200 + "1" + "}" * 200 + "}}"), headers=APPLY))
    t.note("its size", len(t.send("GET", at("bads") + "/x").raw) // 1000)
