"""Ways to get an object wrong that need no knowledge of its kind: other types, null, duplicates, unknown fields, other encodings."""
import json
import zlib

from cases._vectors import changed

HUGE = 9223372036854775808

# what stands in place of a value of each type
OTHERS = {
    "object": ["x", [], [{}], 1, None],
    "list": [{}, "x", 1, [None], [[]], None],
    "string": [7, {}, [], True, None],
    "number": ["x", "NaN", "1", 1.5, 1e30, HUGE, -HUGE - 1, True, {}, None],
    "bool": ["true", 1, {}, None],
}


def type_of(value):
    for name, types in (("bool", bool), ("number", (int, float)), ("string", str), ("list", list), ("object", dict)):
        if isinstance(value, types):
            return name
    return None


def places(body, path=()):
    """All places of an object with the types of their values."""
    for key, value in body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ():
        if type_of(value):
            yield [*path, key], type_of(value)
            yield from places(value, (*path, key))


def weigh(path):
    return len(path) > 4, zlib.crc32(json.dumps(path).encode())


def wrong_types(body, each=2):
    """(label, body): a few places of each type hold something else; the ones near the root are preferred."""
    by_type = {}
    for path, kind in places(body):
        if path not in (["apiVersion"], ["kind"], ["metadata", "name"]):
            by_type.setdefault(kind, []).append(path)
    for kind, paths in sorted(by_type.items()):
        for path in sorted(paths, key=weigh)[:each]:
            for other in OTHERS[kind]:
                yield ".".join(map(str, path)) + " " + json.dumps(other), changed(body, path, other)


def identities(body, namespaced):
    """(label, body): objects whose type, name or metadata are wrong."""
    other = "apps/v1" if body["apiVersion"] != "apps/v1" else "batch/v1"
    for label, path, value in (
            ("another apiVersion", ["apiVersion"], other), ("an unknown version", ["apiVersion"], "x.example.com/v1"),
            ("a malformed apiVersion", ["apiVersion"], "a/b/c"), ("no apiVersion", ["apiVersion"], ""),
            ("apiVersion 1", ["apiVersion"], 1), ("another kind", ["kind"], "DeleteOptions"), ("an unknown kind", ["kind"], "Bogus"),
            ("no kind", ["kind"], ""), ("kind []", ["kind"], []), ("metadata null", ["metadata"], None), ("metadata {}", ["metadata"], {}),
            ("metadata []", ["metadata"], []), ("metadata text", ["metadata"], "x"), ("name 5", ["metadata", "name"], 5),
            ("name empty", ["metadata", "name"], ""), ("labels []", ["metadata", "labels"], []),
            ("label 5", ["metadata", "labels"], {"a": 5}), ("label null", ["metadata", "labels"], {"a": None}),
            ("annotations of 300 KB", ["metadata", "annotations"], {"a": "x" * 300000}),
            ("a bad label", ["metadata", "labels"], {"a b": "c d"}),
            ("a bad generateName", ["metadata"], {"generateName": "Bad_"}),
            ("an owner without a uid", ["metadata", "ownerReferences"], [{"apiVersion": "v1", "kind": "Pod", "name": "x"}])):
        yield label, changed(body, path, value)
    if namespaced:
        yield "another namespace", changed(body, ["metadata", "namespace"], "other")
        yield "namespace 5", changed(body, ["metadata", "namespace"], 5)
    else:
        yield "a namespace", changed(body, ["metadata", "namespace"], "other")


def forged(body):
    """(label, body): what a client cannot set."""
    for key, value in (
            ("deletionTimestamp", "2026-01-02T03:04:05Z"), ("deletionTimestamp", "yesterday"), ("deletionGracePeriodSeconds", 5),
            ("creationTimestamp", "2020-01-02T03:04:05Z"), ("uid", "11111111-2222-3333-4444-555555555555"), ("generation", 77),
            ("selfLink", "/x"), ("resourceVersion", "5"), ("managedFields", [{"manager": "x", "operation": "Update"}]),
            ("managedFields", [{"manager": "x", "operation": "Update", "apiVersion": body["apiVersion"], "fieldsType": "FieldsV1",
                                "time": "2020-01-01T00:00:00Z", "fieldsV1": {"f:metadata": {"f:labels": {"f:mine": {}}}}}])):
        yield f"{key} {json.dumps(value)[:30]}", changed(body, ["metadata", key], value)


def strange(body):
    """(label, body): unknown fields, at the root and further below, and field names in another case."""
    yield "an unknown field", changed(body, ["bogus"], 1)
    yield "an unknown field of metadata", changed(body, ["metadata", "bogus"], {"a": 1})
    inner = first_object(body)
    if inner:
        yield "unknown fields of " + inner, changed(changed(body, [inner, "bogus"], []), [inner, "other"], None)
        # which is decoded as if it were written right, but not in strict mode
        yield "another case", {**{k: v for k, v in body.items() if k != inner}, inner.upper(): body[inner]}


def first_object(body):
    return next((k for k, v in body.items() if isinstance(v, dict) and v and k not in ("metadata", "data", "parameters", "status")), None)


def doubled(body):
    """(label, text): keys that appear twice."""
    text = json.dumps(body)
    yield "kind twice", '{"kind": ' + json.dumps(body["kind"]) + ", " + text[1:]
    yield "name twice", text.replace('"metadata": {', '"metadata": {"name": "first", ', 1)
    yield "label twice", json.dumps(changed(body, ["metadata", "labels"], {"twice": "1"})).replace('{"twice": "1"}', '{"twice": "1", "twice": "2"}')
    inner = first_object(body)
    if inner:
        yield inner + " twice", text[:-1] + f', "{inner}": {json.dumps(body[inner])}}}'


def garbage():
    """(label, body, content type): what is no object at all."""
    proto, cbor, yaml, js = ("application/" + x for x in ("vnd.kubernetes.protobuf", "cbor", "yaml", "json"))
    yield from (("JSON that is nothing", "", js), ("JSON that is blank", " ", js), ("JSON null", "null", js), ("JSON list", "[]", js),
                ("JSON number", "5", js), ("JSON text", '"x"', js), ("JSON {}", "{}", js), ("JSON that breaks off", '{"kind": "', js),
                ("JSON with more behind", "{} x", js), ("JSON NaN", '{"metadata": NaN}', js), ("not UTF-8", b'{"kind": "\xff"}', js),
                ("deep JSON", '{"a":' * 11000 + "1" + "}" * 11000, js),
                ("YAML that is text", "hello", yaml), ("YAML that is nothing", "", yaml), ("YAML with a tab", "a:\n\tb: 1\n", yaml),
                ("YAML with a key twice", "kind: A\nkind: B\n", yaml), ("YAML with an unknown anchor", "a: *b\n", yaml),
                ("protobuf garbage", b"\x00\x01\x02", proto), ("protobuf without anything", b"", proto),
                ("protobuf magic only", b"k8s\x00", proto), ("protobuf magic, garbage", b"k8s\x00\xff\xff\xff", proto),
                ("CBOR garbage", b"\xff\xff", cbor), ("plain text", "x", "text/plain"), ("no type at all", "{}", "x"))


def protobuf(api_version, kind, raw):
    """An object in protobuf: its type, and the bytes of the rest."""

    def part(number, data):
        return bytes([number << 3 | 2, len(data)]) + data

    return b"k8s\x00" + part(1, part(1, api_version.encode()) + part(2, kind.encode())) + part(2, raw)


def yaml(value, indent=0):
    """Block YAML, whose scalars are JSON."""
    pad = "  " * indent
    if isinstance(value, dict) and value:
        return "\n" * (indent > 0) + "\n".join(f"{pad}{json.dumps(k)}: {yaml(v, indent + 1).strip(' ')}" for k, v in value.items())
    if isinstance(value, list) and value:
        return "\n" + "\n".join(f"{pad}- {json.dumps(v)}" for v in value)
    return json.dumps(value)
