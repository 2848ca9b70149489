"""Objects against their schemas: values, formats, pruning, defaults, lists, embedded objects, metadata, bodies."""
import json

from harness import scenario

from cases._custom import (ANY, APPLY, GROUP, JSONPATCH, MERGE, YAML, at, change, copy, custom, definition, dry, lst, obj, put, schema, serve, text,
                           until, version, whole)


def custom_scenario(name):
    return scenario(name, packed=True, worded=True)


MANY = "[{]" * 400  # not valid anywhere

# property: (its schema, values of which some are good)
VALUES = {
    "minLength": (text(minLength=2), ["", "a", "ab", "\U0001f600", "äö"]),
    "maxLength": (text(maxLength=3), ["abc", "abcd", "äöü", "äöüß", "\U0001f600\U0001f600\U0001f600"]),
    "bothLength": (text(minLength=3, maxLength=2), ["a", "abc"]),
    "pattern": (text(pattern="^[a-c]+$"), ["abc", "abd", "", "a\n", "ab\nabc"]),
    "patternFree": (text(pattern="b"), ["abc", "ac"]),
    "patternClass": (text(pattern=r"^\pL\d\x{41}(?i:q)\z"), ["ä1Aq", "x2AQ", "x2aQ"]),
    "patternLong": (text(pattern="^(a+)+$"), ["a" * 40 + "!"]),
    "enum": (text(enum=["a", "b"]), ["a", "c", "A", ""]),
    "enumNumber": (whole(enum=[1, 2]), [1, 3, 1.0]),
    "enumMixed": ({"x-kubernetes-preserve-unknown-fields": True, "enum": ["a", 1, True, {"x": 1}, [1]]}, ["a", 1, True, {"x": 1}, [1], {"x": 2}, 2.5, None]),
    "minimum": ({"type": "number", "minimum": 1.5}, [1.5, 1.4, 2, -1, 1]),
    "exclusiveMinimum": ({"type": "number", "minimum": 1.5, "exclusiveMinimum": True}, [1.5, 1.6]),
    "maximum": ({"type": "number", "maximum": 10}, [10, 10.5, 11, 1e300]),
    "exclusiveMaximum": ({"type": "number", "maximum": 10, "exclusiveMaximum": True}, [10, 9.99]),
    "wholeLimits": (whole(minimum=-5, maximum=5), [-6, -5, 5, 6, 9007199254740993]),
    "multipleOf": ({"type": "number", "multipleOf": 0.1}, [0.3, 0.35, 1, 0]),
    "multipleOfWhole": (whole(multipleOf=3), [9, 10, -3, 0]),
    "integer": (whole(), [1, 1.0, 1.5, "1", True, None, 1e3, 9223372036854775807]),
    "int32": (whole(format="int32"), [2147483647, 2147483648, -2147483649]),
    "int64": (whole(format="int64"), [9223372036854775807, -9223372036854775808]),
    "float": ({"type": "number", "format": "float"}, [1.5, 1e39, 3]),
    "double": ({"type": "number", "format": "double"}, [1.5, 1e300]),
    "number": ({"type": "number"}, [1, 1.5, "1", {}, []]),
    "string": (text(), ["a", 1, 1.5, True, {}, [], None]),
    "boolean": ({"type": "boolean"}, [True, "true", 1, None]),
    "object": ({"type": "object", "x-kubernetes-preserve-unknown-fields": True}, [{}, {"a": 1}, [], "x", 1, None]),
    "array": (lst(text()), [[], ["a"], [1], ["a", 1, True], {}, "a", [None], None]),
    "minItems": (lst(text(), minItems=2), [[], ["a"], ["a", "b"]]),
    "maxItems": (lst(text(), maxItems=1), [["a"], ["a", "b"]]),
    "minProperties": ({"type": "object", "additionalProperties": text(), "minProperties": 1}, [{}, {"a": "b"}]),
    "maxProperties": ({"type": "object", "additionalProperties": text(), "maxProperties": 1}, [{"a": "b"}, {"a": "b", "c": "d"}]),
    "required": ({**obj(a=text(), b=text()), "required": ["a", "b"]}, [{}, {"a": "x"}, {"a": "x", "b": "y"}, {"a": None, "b": "y"}]),
    "mapOf": ({"type": "object", "additionalProperties": whole(minimum=1)}, [{"a": 1}, {"a": 0}, {"a": "x"}, {"a.b": 0}, {"a/b": 0, "": 1}, {"a": None}]),
    "nested": (obj(a=obj(b=lst(obj(c=whole(minimum=1))))), [{"a": {"b": [{"c": 1}, {"c": 0}]}}, {"a": {"b": [1]}}, {"a": []}, {"a": {"b": [{"c": "x"}, {"c": 0}]}}]),
    "either": ({"x-kubernetes-int-or-string": True}, [1, "1", 1.5, True, {}, [], None, 9223372036854775807]),
    "eitherPattern": ({"x-kubernetes-int-or-string": True, "allOf": [{"anyOf": [{"type": "integer"}, {"type": "string"}]}, {"pattern": "^[0-9]+%?$"}]}, [5, "5%", "x", 1.5]),
    "nullable": (text(nullable=True, minLength=1), [None, "", "a"]),
    "nullableObject": ({**obj(a=text()), "nullable": True, "required": ["a"]}, [None, {}, {"a": "x"}]),
    "nullableEnum": (text(nullable=True, enum=["a"]), [None, "a", "b"]),
    "oneOf": ({**obj(a=text(), b=text()), "oneOf": [{"required": ["a"]}, {"required": ["b"]}]}, [{}, {"a": "x"}, {"b": "x"}, {"a": "x", "b": "y"}]),
    "anyOf": ({**obj(a=text(), b=text()), "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, [{}, {"a": "x"}, {"a": "x", "b": "y"}]),
    "allOf": ({**obj(a=text(), b=text()), "allOf": [{"required": ["a"]}, {"required": ["b"]}]}, [{}, {"a": "x"}, {"a": "x", "b": "y"}]),
    "notOf": (text(**{"not": {"pattern": "^x"}}), ["a", "xa"]),
    "notRequired": ({**obj(a=text(), b=text()), "not": {"required": ["a", "b"]}}, [{"a": "x"}, {"a": "x", "b": "y"}]),
    "oneOfValues": (text(oneOf=[{"pattern": "^a"}, {"pattern": "z$"}, {"enum": ["m"]}]), ["ab", "bz", "az", "m", "q"]),
    "anyOfValues": (whole(anyOf=[{"minimum": 10}, {"multipleOf": 3}]), [3, 11, 4]),
    "allOfValues": (text(allOf=[{"minLength": 2}, {"maxLength": 3}, {"pattern": "a"}]), ["xa", "q", "qqqqq"]),
    "deepLogic": ({**obj(k=text(), v=whole()), "oneOf": [{"properties": {"k": {"enum": ["a"]}, "v": {"minimum": 5}}}, {"properties": {"k": {"enum": ["b"]}, "v": {"maximum": 5}}}]},
                  [{"k": "a", "v": 6}, {"k": "a", "v": 4}, {"k": "b", "v": 4}, {"k": "c", "v": 4}, {}]),
    "logicInItems": (lst(text(), anyOf=[{"minItems": 1}], items_={}), [[], ["a"]]),
}
VALUES["logicInItems"] = (lst(text(anyOf=[{"pattern": "^a"}, {"pattern": "^b"}]), allOf=[{"minItems": 1}]), [[], ["a"], ["c", "b", "d"]])

FORMATS = {
    "date": ["2020-02-29", "2021-02-29", "2020-1-1", "x", ""], "date-time": ["2020-01-01T00:00:00Z", "2020-01-01T00:00:00.123+02:00", "2020-01-01", "2020-01-01T24:00:00Z", "2020-01-01t00:00:00z"],
    "datetime": ["2020-01-01T00:00:00Z", "x"], "byte": ["YQ==", "YQ", "%%", ""], "password": ["x"], "uuid": ["11111111-2222-3333-4444-555555555555", "11111111222233334444555555555555", "x"],
    "uuid3": ["a3bb189e-8bf9-3888-9912-ace4e6543002", "11111111-2222-4333-8444-555555555555"], "uuid4": ["11111111-2222-4333-8444-555555555555", "a3bb189e-8bf9-3888-9912-ace4e6543002"],
    "uuid5": ["74738ff5-5367-5958-9aee-98fffdcd1876", "11111111-2222-4333-8444-555555555555"], "ipv4": ["1.2.3.4", "01.2.3.4", "1.2.3", "::1"], "ipv6": ["::1", "fe80::1%eth0", "1.2.3.4", "::ffff:1.2.3.4", "g::"],
    "cidr": ["10.0.0.0/8", "10.0.0.1/8", "10.0.0.0", "fd00::/8", "10.0.0.0/33"], "mac": ["01:23:45:67:89:ab", "01-23-45-67-89-ab", "0123.4567.89ab", "x"], "hostname": ["a.b", "-a", "a_b", "a" * 64, "1.2.3.4", "A.B", "a."],
    "email": ["a@b.c", "a", "a@", "A <a@b.c>"], "uri": ["http://a/b", "a", "mailto:x", "/a", "http://[::1]:80/", "http://a b"], "isbn": ["9780306406157", "0306406152", "x"], "isbn10": ["0306406152", "0306406153"],
    "isbn13": ["9780306406157", "9780306406158", "978-0-306-40615-7"], "creditcard": ["4111111111111111", "4111111111111112", "4111 1111 1111 1111"], "ssn": ["123-45-6789", "123456789"],
    "hexcolor": ["#fff", "fff", "#ffff", "#FFFFFF"], "rgbcolor": ["rgb(1,2,3)", "rgb(256,0,0)", "rgb( 1, 2, 3 )"], "duration": ["1h", "1 hour", "1.5s", "1d", "-1s", "x"], "bsonobjectid": ["507f1f77bcf86cd799439011", "x"],
    "k8s-short-name": ["abc", "Abc", "a" * 64, "a.b"], "k8s-long-name": ["a.b", "A.b", "a..b"], "zip": ["whatever"], "int64": ["x"],
}


@custom_scenario("custom-values")
def values(t):
    """Every validation of OpenAPI that a schema may demand, with good and bad values."""
    t.make_namespace()
    t.reuse = t.one_uid = t.sort_causes = True
    d = definition("values", version(schema=schema(**{k: v for k, (v, _) in VALUES.items()})), kind="Value")
    serve(t, d)
    for name, (_, tries) in VALUES.items():
        for i, v in enumerate(tries):
            t.post(f"{name} {i}", dry(at("values")), custom("Value", "x", {name: v}), keep=["spec"])
    t.post("many at once", dry(at("values")), custom("Value", "x", {"minLength": "", "integer": "x", "enum": "q", "nested": {"a": {"b": [{"c": 0}]}}, "oneOf": {}}))
    t.post("no spec", dry(at("values")), custom("Value", "x"), keep=["spec", "kind"])
    t.post("spec is null", dry(at("values")), {**custom("Value", "x"), "spec": None}, keep=["spec", "kind"])
    t.post("spec is a list", dry(at("values")), {**custom("Value", "x"), "spec": []})
    t.post("spec is a string", dry(at("values")), {**custom("Value", "x"), "spec": "x"})
    t.post("a long string", dry(at("values")), custom("Value", "x", {"maxLength": "x" * 20000, "enum": "y" * 20000}))
    t.post("big numbers", dry(at("values")), t.fill(json.dumps(custom("Value", "x", {"number": 12345}))).replace("12345", "123456789012345678901234567890"), keep=["spec"])
    t.post("big integer", dry(at("values")), t.fill(json.dumps(custom("Value", "x", {"integer": 12345}))).replace("12345", "9223372036854775808"), keep=["spec"])
    t.post("small numbers", dry(at("values")), t.fill(json.dumps(custom("Value", "x", {"number": 12345}))).replace("12345", "1e-400"), keep=["spec"])
    t.post("exponents", dry(at("values")), t.fill(json.dumps(custom("Value", "x", {"number": 12345}))).replace("12345", "1E+2"), keep=["spec"])
    t.post("minus zero", dry(at("values")), t.fill(json.dumps(custom("Value", "x", {"number": 12345}))).replace("12345", "-0"), keep=["spec"])
    t.post("minus zero, float", dry(at("values")), t.fill(json.dumps(custom("Value", "x", {"number": 12345}))).replace("12345", "-0.0"), keep=["spec"])


@custom_scenario("custom-formats")
def formats(t):
    """Every format, and one that is none."""
    t.make_namespace()
    t.reuse = t.one_uid = True
    field = {f: "f" + f.replace("-", "") for f in FORMATS}
    d = definition("formats", version(schema=schema(**{field[f]: text(format=f) for f in FORMATS})), kind="Format")
    t.all_warnings = True
    serve(t, d, "definition", keep=["kind"])
    for f, tries in FORMATS.items():
        for i, v in enumerate(tries):
            t.post(f"{f} {i}", dry(at("formats")), custom("Format", "x", {field[f]: v}), keep=["spec"])


PRUNED = schema(known=text(), nested=obj(a=text(), free={"type": "object", "x-kubernetes-preserve-unknown-fields": True, "properties": {"inner": obj(b=text())}}),
                maps={"type": "object", "additionalProperties": obj(a=text())}, items=lst(obj(a=text())), any=ANY, empty={"type": "object"},
                embedded={"type": "object", "x-kubernetes-embedded-resource": True, "properties": {"spec": obj(a=text())}},
                embeddedFree={"type": "object", "x-kubernetes-embedded-resource": True, "x-kubernetes-preserve-unknown-fields": True},
                listed=lst({"type": "object", "x-kubernetes-embedded-resource": True, "x-kubernetes-preserve-unknown-fields": True}))
UNKNOWN = {"known": "x", "unknown": 1, "nested": {"a": "x", "b": 1, "free": {"kept": 1, "inner": {"b": "x", "c": 1}}}, "maps": {"k": {"a": "x", "z": 1}, "l": {"q": {}}},
           "items": [{"a": "x", "z": 1}, {"y": 2}], "any": {"a": {"b": [1, {"c": None}]}}, "empty": {"x": 1}}


@custom_scenario("custom-pruning")
def pruning(t):
    """Unknown fields are pruned, and told of by fieldValidation."""
    t.make_namespace()
    t.all_warnings = True
    d = definition("pruneds", version(schema=PRUNED, subresources={"status": {}}), kind="Pruned")
    serve(t, d)
    path = at("pruneds")
    for i, mode in enumerate(("", "Ignore", "Warn", "Strict", "Maybe")):
        q = path + ("?fieldValidation=" + mode if mode else "")
        t.post(f"unknown, {mode or 'default'}", q, custom("Pruned", f"u{i}", UNKNOWN, extra={"a": 1}, meta={"nope": 1, "labels": {"a": "b"}}))
    twice = '{"apiVersion":"{id}.example.com/v1","kind":"Pruned","metadata":{"name":"%s"},"spec":{"known":"a","known":"b","nested":{"a":"1","a":"2"}},"spec":{"known":"c","known":"c"}}'
    for i, mode in enumerate(("", "Ignore", "Warn", "Strict")):
        t.post(f"twice, {mode or 'default'}", path + ("?fieldValidation=" + mode if mode else ""), twice % f"d{i}", keep=["spec"])
    t.post("twice and unknown, strict", path + "?fieldValidation=Strict", twice.replace('"nested"', '"unknown":{},"nested"') % "d9")
    t.post("case of a name", path + "?fieldValidation=Warn", custom("Pruned", "case", {"Known": "x"}), keep=["spec"])
    t.post("unknown in metadata, strict", path + "?fieldValidation=Strict", custom("Pruned", "m", meta={"nope": 1}))
    t.post("unknown in the root, strict", path + "?fieldValidation=Strict", custom("Pruned", "m", other=1))
    t.post("status is not known to a create", path + "?fieldValidation=Strict", custom("Pruned", "st", {"known": "x"}, status={"x": 1}))
    put(t, "update, warn", path + "/u0?fieldValidation=Warn", custom("Pruned", "u0", UNKNOWN))
    put(t, "update, strict", path + "/u0?fieldValidation=Strict", custom("Pruned", "u0", UNKNOWN))
    t.ask("merge patch, default", "PATCH", path + "/u0", {"spec": {"unknown": 1}}, headers=MERGE, keep=["spec"])
    t.ask("merge patch, strict", "PATCH", path + "/u0?fieldValidation=Strict", {"spec": {"unknown": 1, "items": [{"z": 1}]}}, headers=MERGE)
    t.ask("merge patch, ignore", "PATCH", path + "/u0?fieldValidation=Ignore", {"spec": {"unknown": 1}}, headers=MERGE, keep=["spec"])
    t.ask("merge patch, twice", "PATCH", path + "/u0", '{"spec":{"known":"a","known":"b"}}', headers=MERGE, keep=["spec"])
    t.ask("merge patch, twice, strict", "PATCH", path + "/u0?fieldValidation=Strict", '{"spec":{"known":"a","known":"b"}}', headers=MERGE)
    t.ask("JSON patch, strict", "PATCH", path + "/u0?fieldValidation=Strict", [{"op": "add", "path": "/spec/unknown", "value": 1}], headers=JSONPATCH)
    t.ask("JSON patch, unknown member", "PATCH", path + "/u0?fieldValidation=Strict&dryRun=All", [{"op": "add", "path": "/spec/known", "value": "y", "more": 1}], headers=JSONPATCH)
    for mode in ("", "Warn", "Strict"):
        t.ask(f"apply, {mode or 'default'}", "PATCH", path + "/ap?fieldManager=m" + ("&fieldValidation=" + mode if mode else ""),
              t.fill(json.dumps(custom("Pruned", "ap", {"known": "x", "unknown": 1}))), headers=APPLY)
    t.ask("apply, a key twice", "PATCH", path + "/ap?fieldManager=m&fieldValidation=Strict", t.fill("apiVersion: {id}.example.com/v1\nkind: Pruned\nmetadata: {name: ap}\nspec:\n  known: a\n  known: b\n"), headers=APPLY)
    t.post("YAML, twice", path + "?fieldValidation=Strict", t.fill("apiVersion: {id}.example.com/v1\nkind: Pruned\nmetadata: {name: y1}\nspec:\n  known: a\n  known: b\n"), headers=YAML)
    t.post("YAML, twice, warn", path + "?fieldValidation=Warn", t.fill("apiVersion: {id}.example.com/v1\nkind: Pruned\nmetadata: {name: y2}\nspec:\n  known: a\n  known: b\n"), headers=YAML)
    t.post("YAML, unknown, strict", path + "?fieldValidation=Strict", t.fill("apiVersion: {id}.example.com/v1\nkind: Pruned\nmetadata: {name: y3}\nspec:\n  unknown: a\n"), headers=YAML)
    t.post("YAML", path, t.fill("apiVersion: {id}.example.com/v1\nkind: Pruned\nmetadata: {name: y4}\nspec: &a\n  known: 'yes'\n  any: {on: 1, y: ~, 012: 0x10, f: 1e2, d: 2020-01-01}\n"), headers=YAML, keep=["spec"])
    t.post("YAML, a number for a string", path, t.fill("apiVersion: {id}.example.com/v1\nkind: Pruned\nmetadata: {name: y5}\nspec: {known: 5}\n"), headers=YAML)
    t.post("YAML, two documents", path, t.fill("apiVersion: {id}.example.com/v1\nkind: Pruned\nmetadata: {name: y6}\n---\napiVersion: v1\n"), headers=YAML, keep=["metadata.name"])
    t.post("YAML, broken", path, "a: [", headers=YAML)
    put(t, "status, strict", path + "/u0/status?fieldValidation=Strict", custom("Pruned", "u0", {"unknown": 1}, status={"any": 1}, other=2))
    t.get("in the end", path + "/u0")


@custom_scenario("custom-embedded")
def embedded(t):
    """Embedded objects: their type and metadata."""
    t.make_namespace()
    t.all_warnings = True
    t.reuse = t.one_uid = t.sort_causes = True
    d = definition("pruneds", version(schema=PRUNED), kind="Pruned")
    serve(t, d)
    path = dry(at("pruneds"))
    good = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "labels": {"a": "b"}}}
    for field in ("embedded", "embeddedFree"):
        for label, v in (
                ("good", good), ("pruned", {**good, "spec": {"a": "x", "b": 1}, "data": {"x": 1}}), ("unknown metadata", {**good, "metadata": {"name": "p", "nope": 1}}), ("no apiVersion", {"kind": "Pod"}),
                ("no kind", {"apiVersion": "v1"}), ("empty", {}), ("empty kind", {"apiVersion": "v1", "kind": ""}), ("odd kind", {"apiVersion": "v1", "kind": "not a kind"}), ("odd apiVersion", {"apiVersion": "a/b/c", "kind": "Pod"}),
                ("kind is a number", {"apiVersion": "v1", "kind": 5}), ("metadata is a list", {**good, "metadata": []}), ("metadata is null", {**good, "metadata": None}), ("labels are numbers", {**good, "metadata": {"labels": {"a": 1}}}),
                ("bad label", {**good, "metadata": {"labels": {"a": "!"}}}), ("bad name", {**good, "metadata": {"name": "A_b"}}), ("generateName", {**good, "metadata": {"generateName": "A_"}}),
                ("system fields", {**good, "metadata": {"name": "p", "uid": "x", "resourceVersion": "5", "creationTimestamp": "2020-01-01T00:00:00Z", "generation": 1}}), ("bad time", {**good, "metadata": {"creationTimestamp": "x"}}),
                ("null time", {**good, "metadata": {"creationTimestamp": None}}), ("owners", {**good, "metadata": {"ownerReferences": [{"apiVersion": "v1", "kind": "Pod"}]}}), ("a list", [])):
            t.post(f"{field}: {label}", path, custom("Pruned", "x", {field: v}), keep=["spec"])
    t.post("within a list", path, custom("Pruned", "x", {"listed": [good, {"kind": "Pod"}, {**good, "metadata": {"labels": {"a": 1}}}]}), keep=["spec"])
    t.post("strict", path + "&fieldValidation=Strict", custom("Pruned", "x", {"embedded": {**good, "metadata": {"name": "p", "nope": 1}, "data": 1}}))


DEFAULTS = schema(
    plain=text(default="d"), number=whole(default=5), float={"type": "number", "default": 0.5}, flag={"type": "boolean", "default": False}, none=text(), nullable=text(nullable=True, default="n"),
    nullableBare=text(nullable=True), list=lst(obj(a=text(default="x"), b=text()), default=[{"b": "1"}]), nested={**obj(a=text(default="in"), b=obj(c=text(default="deep"))), "default": {}},
    bare=obj(a=text(default="only if there")), maps={"type": "object", "additionalProperties": obj(a=text(default="m"))}, mapsNullable={"type": "object", "additionalProperties": text(nullable=True, default="mm")},
    mapsDefault={"type": "object", "additionalProperties": text(default="mm")}, either={"x-kubernetes-int-or-string": True, "default": "50%"}, free={"type": "object", "x-kubernetes-preserve-unknown-fields": True, "default": {"any": [1, {"a": "b"}]}},
    pruned={"type": "object", "properties": {"a": text()}, "default": {"a": "y"}}, items=lst(text(nullable=True, default="i")))


@custom_scenario("custom-defaults")
def defaults(t):
    """Defaults and nulls on each way of writing."""
    t.make_namespace()
    d = definition("defaulteds", version(schema=DEFAULTS, subresources={"status": {}}), kind="Defaulted")
    serve(t, d, "definition", keep=["spec.versions"])
    path = at("defaulteds")
    t.post("no spec", path, custom("Defaulted", "a"))
    t.post("empty spec", path, custom("Defaulted", "b", {}))
    t.post("all set", path, custom("Defaulted", "c", {"plain": "x", "number": 1, "float": 2, "flag": True, "nullable": None, "list": [], "nested": {"b": {}}, "bare": {}, "maps": {"k": {}, "l": {"a": "z"}},
                                                       "either": 5, "free": {}, "pruned": {}, "items": []}))
    t.post("all null", path, custom("Defaulted", "n", {k: None for k in DEFAULTS["properties"]["spec"]["properties"]}))
    t.post("nulls within", path, custom("Defaulted", "w", {"list": [{"a": None, "b": None}], "nested": {"a": None, "b": None}, "bare": {"a": None}, "maps": {"k": {"a": None}}}))
    t.post("a null in a map", path, custom("Defaulted", "wm", {"maps": {"k": None}}))
    t.post("nullable in a map", path, custom("Defaulted", "wn", {"mapsNullable": {"k": None, "l": "x"}}))
    t.post("not nullable in a map", path, custom("Defaulted", "wd", {"mapsDefault": {"k": None, "l": "x"}}))
    t.post("a null in a list", path, custom("Defaulted", "wl", {"list": [None]}))
    t.post("a nullable in a list", path, custom("Defaulted", "wi", {"items": [None, "a"]}))
    t.post("spec is null", path, {**custom("Defaulted", "sn"), "spec": None})
    t.get("as stored", path + "/b")
    put(t, "update without", path + "/c", custom("Defaulted", "c", {}))
    t.ask("merge patch removes", "PATCH", path + "/c", {"spec": {"plain": None, "nested": None, "bare": {}}}, headers=MERGE)
    t.ask("JSON patch removes", "PATCH", path + "/c", [{"op": "remove", "path": "/spec/plain"}, {"op": "add", "path": "/spec/bare/a", "value": None}], headers=JSONPATCH)
    t.ask("apply", "PATCH", path + "/ap?fieldManager=m", t.fill(json.dumps(custom("Defaulted", "ap", {"none": "x", "bare": {}}))), headers=APPLY)
    t.ask("status patch", "PATCH", path + "/b/status", {"status": {"x": 1}}, headers=MERGE, keep=["status", "spec.plain", "metadata.generation"])
    t.get("list", path, keep=["items.spec"])


@custom_scenario("custom-defaults-read")
def defaults_read(t):
    """What is stored is read by the schema of now: defaults, nulls and unknown fields."""
    t.make_namespace()
    before = definition("readers", version(schema=schema(a=text(), b=text(nullable=True), c=text(nullable=True), gone=text(), kept=ANY)), kind="Reader")
    serve(t, before)
    path = at("readers")
    made = t.post("create", path, custom("Reader", "a", {"a": "x", "b": None, "c": None, "gone": "soon", "kept": {"x": {"y": 1}}}))
    t.send("POST", path, custom("Reader", "b", {}))
    after = definition("readers", version(schema=schema(a=text(maxLength=0), b=text(default="filled"), c=text(), d={**obj(e=whole(default=7)), "default": {}}, kept=obj(x=obj(z=text(default="new"))))), kind="Reader")
    change(t, after, path + "/b", lambda r: r.json["spec"].get("d"), "definition changed")
    t.get("get", path + "/a")
    t.get("list", path)
    t.watch("watch", path + "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true", want=3)
    t.get("metadata", path + "/a", headers={"Accept": "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"})
    put(t, "put back as it was created", dry(path + "/a"), made.json)
    now = t.send("GET", path + "/a")
    put(t, "put back as read", path + "/a", now.json)
    t.ask("a label", "PATCH", path + "/a", {"metadata": {"labels": {"x": "y"}}}, headers=MERGE)
    t.ask("a valid value", "PATCH", path + "/a", {"spec": {"a": ""}}, headers=MERGE)
    t.ask("a value that is not valid any more", "PATCH", path + "/a", {"spec": {"a": "z"}}, headers=MERGE)
    t.delete("delete", path + "/a")
    t.delete("collection", path, keep=["items.spec"])


LISTS = schema(
    set=lst(text(), **{"x-kubernetes-list-type": "set"}), numbers=lst({"type": "number"}, **{"x-kubernetes-list-type": "set"}),
    atoms=lst({**obj(a=text(), b=whole()), "x-kubernetes-map-type": "atomic"}, **{"x-kubernetes-list-type": "set"}), nested=lst(lst(text(), **{"x-kubernetes-list-type": "atomic"}), **{"x-kubernetes-list-type": "set"}),
    map=lst({**obj(k=text(), n=whole(default=1), v=text()), "required": ["k"]}, **{"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k", "n"]}),
    mapNullable=lst({**obj(k=text(), v=text(nullable=True)), "required": ["k"]}, **{"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"]}),
    inner=lst(obj(set=lst(whole(), **{"x-kubernetes-list-type": "set"}))), atomic=lst(text(), **{"x-kubernetes-list-type": "atomic"}), plain=lst(text()))


@custom_scenario("custom-lists")
def lists(t):
    """Sets and maps in lists."""
    t.make_namespace()
    t.reuse = t.one_uid = t.sort_causes = True
    d = definition("listeds", version(schema=LISTS), kind="Listed", names={"listKind": "ListedListing"})
    serve(t, d)
    path = at("listeds")
    for label, spec in (
            ("set", {"set": ["a", "b"]}), ("set, twice", {"set": ["a", "b", "a", "a"]}), ("numbers", {"numbers": [1, 1.0, 2]}), ("numbers 2", {"numbers": [1, 1.5]}), ("atoms", {"atoms": [{"a": "x", "b": 1}, {"b": 1, "a": "x"}]}),
            ("nested", {"nested": [["a"], ["a"], ["a", "b"]]}), ("map", {"map": [{"k": "a"}, {"k": "a", "n": 2}, {"k": "b"}]}), ("map, twice", {"map": [{"k": "a"}, {"k": "a", "n": 1, "v": "x"}]}),
            ("map, no key", {"map": [{"n": 1}, {"n": 1}]}), ("map, a key of a wrong type", {"map": [{"k": 1}, {"k": 1}]}), ("map, an item that is none", {"map": ["x", "x"]}), ("map, null key", {"map": [{"k": None}]}),
            ("map nullable", {"mapNullable": [{"k": "a", "v": None}, {"k": "b"}]}), ("inner", {"inner": [{"set": [1, 1]}, {"set": [1]}, {"set": [2, 3, 2]}]}), ("plain, twice", {"plain": ["a", "a"], "atomic": ["a", "a"]}),
            ("set that is none", {"set": {"a": 1}})):
        t.post(label, dry(path), custom("Listed", "x", spec), keep=["spec"])
    t.get("kind of a list", path)
    t.post("a list that breaks no rule", path, custom("Listed", "a", {"set": ["a"], "map": [{"k": "a"}]}))
    put(t, "update to doubles", path + "/a", custom("Listed", "a", {"set": ["a", "a"], "map": [{"k": "a"}, {"k": "a"}]}))
    loose = definition("looses", version(schema=schema(set=lst(text()), other=text())), kind="Loose")
    serve(t, loose)
    t.send("POST", at("looses"), custom("Loose", "a", {"set": ["a", "a"]}))
    change(t, definition("looses", version(schema=schema(set=lst(text(), **{"x-kubernetes-list-type": "set"}), other=text())), kind="Loose"), dry(at("looses")),
           lambda r: r.status == 422, method="POST", body=custom("Loose", "b", {"set": ["a", "a"]}))
    t.ask("doubles that were there", "PATCH", at("looses") + "/a", {"spec": {"other": "x"}}, headers=MERGE)
    t.ask("more doubles", "PATCH", at("looses") + "/a", {"spec": {"set": ["a", "a", "b", "b"]}}, headers=MERGE)


@custom_scenario("custom-metadata")
def metadata(t):
    """Names, types and the rest of metadata, and what the schema says of it."""
    t.make_namespace()
    t.reuse = t.one_uid = t.sort_causes = t.all_warnings = True
    d = definition("metas", version(schema={**schema(x=text()), "properties": {**schema(x=text())["properties"], "metadata": obj(name=text(pattern="^[a-m.]", maxLength=60), generateName=text(maxLength=3))}}), kind="Meta")
    serve(t, d)
    path = dry(at("metas"))
    base = custom("Meta", "a", {"x": "y"})
    for label, meta in (
            ("pattern of names", {"name": "z"}), ("length of names", {"name": "a" * 61}), ("too long and upper case", {"name": "A" * 300}), ("no name", {}), ("empty name", {"name": ""}), ("generateName", {"generateName": "Bad_"}), ("name is a number", {"name": 5}),
            ("labels are a list", {"name": "a", "labels": []}), ("labels are numbers", {"name": "a", "labels": {"a": 1}}), ("annotations are a string", {"name": "a", "annotations": "x"}), ("null labels", {"name": "a", "labels": None}),
            ("a null label", {"name": "a", "labels": {"a": None}}), ("bad label", {"name": "a", "labels": {"a": "!"}}), ("finalizers are a string", {"name": "a", "finalizers": "x"}), ("bad finalizer", {"name": "a", "finalizers": ["x y"]}),
            ("finalizer without a slash", {"name": "a", "finalizers": ["x"]}), ("owners without a uid", {"name": "a", "ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "p"}]}),
            ("owner", {"name": "a", "ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "11111111-2222-3333-4444-555555555555", "controller": True}]}), ("owners are an object", {"name": "a", "ownerReferences": {}}),
            ("creationTimestamp", {"name": "a", "creationTimestamp": "2020-01-01T00:00:00Z"}), ("creationTimestamp is none", {"name": "a", "creationTimestamp": "x"}), ("creationTimestamp is a number", {"name": "a", "creationTimestamp": 5}),
            ("generation", {"name": "a", "generation": 7}), ("generation is a string", {"name": "a", "generation": "7"}), ("uid", {"name": "a", "uid": "11111111-2222-3333-4444-555555555555"}), ("resourceVersion", {"name": "a", "resourceVersion": "5"}),
            ("selfLink", {"name": "a", "selfLink": "/x"}), ("other namespace", {"name": "a", "namespace": "other"}), ("managedFields", {"name": "a", "managedFields": [{"manager": "x", "operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": {"f:spec": {}}}]}),
            ("managedFields are bad", {"name": "a", "managedFields": [{"operation": "Nonsense"}]}), ("managedFields are a string", {"name": "a", "managedFields": "x"}), ("unknown", {"name": "a", "unknown": {"x": 1}})):
        t.post(label, path, {**base, "metadata": meta}, keep=["metadata"])
    for label, body in (("metadata is a list", {**base, "metadata": []}), ("metadata is a string", {**base, "metadata": "x"}), ("metadata is null", {**base, "metadata": None}), ("no metadata", {k: v for k, v in base.items() if k != "metadata"}),
                        ("no kind", {k: v for k, v in base.items() if k != "kind"}), ("no apiVersion", {k: v for k, v in base.items() if k != "apiVersion"}), ("neither", {k: v for k, v in base.items() if k not in ("kind", "apiVersion")}),
                        ("other kind", {**base, "kind": "Other"}), ("other version", {**base, "apiVersion": GROUP + "/v2"}), ("other group", {**base, "apiVersion": "x.example.com/v1"}), ("kind is a number", {**base, "kind": 5}),
                        ("list kind", {**base, "kind": "MetaList", "items": []}), ("apiVersion of three", {**base, "apiVersion": "a/b/c"})):
        t.post(label, path, body)
    for label, body in (("broken", '{"apiVersion":'), ("empty", ""), ("a list", "[]"), ("a number", "5"), ("null", "null"), ("trailing", t.fill(json.dumps(base)) + " x"), ("not UTF-8", b'{"a":"\xff"}')):
        t.post("body: " + label, path, body)
    t.post("text/plain", path, base, headers={"Content-Type": "text/plain"})
    t.post("CBOR", path, b"\xd9\xd9\xf7\xa0", headers={"Content-Type": "application/cbor"})
    t.post("no content type", path, base, headers={"Content-Type": None})
    t.post("fieldManager too long", path + "&fieldManager=" + "x" * 129, base)
    t.post("bad dryRun", at("metas") + "?dryRun=Some", base)


@custom_scenario("custom-ratcheting")
def ratcheting(t):
    """An update need not mend what was there before the schema became stricter."""
    t.make_namespace()
    t.reuse = t.sort_causes = t.all_warnings = True
    loose = schema(a=text(), b=whole(), c=lst(obj(k=text(), v=text())), m={"type": "object", "additionalProperties": text()}, o=obj(x=text(), y=text()), keyed=lst({**obj(k=text(), v=text()), "required": ["k"]}, **{"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"]}), e=text(), z=text())
    strict = schema(a=text(pattern="^ok"), b=whole(maximum=5), c=lst({**obj(k=text(maxLength=1), v=text()), "required": ["v"]}, maxItems=2), m={"type": "object", "additionalProperties": text(maxLength=2), "maxProperties": 1},
                    o={**obj(x=text(minLength=3), y=text()), "required": ["y"]}, keyed=lst({**obj(k=text(), v=text(maxLength=2)), "required": ["k"]}, **{"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"]}), e=text(enum=["good"]), z=text())
    d = definition("rats", version(schema=loose), kind="Rat")
    serve(t, d)
    path = at("rats")
    t.send("POST", path, custom("Rat", "a", {"a": "bad", "b": 9, "c": [{"k": "long"}, {"k": "x"}, {"k": "y"}], "m": {"p": "long", "q": "long"}, "o": {"x": "s"}, "keyed": [{"k": "1", "v": "long"}, {"k": "2", "v": "long"}], "e": "bad"}))
    change(t, definition("rats", version(schema=strict), kind="Rat"), dry(path), lambda r: r.status == 422, method="POST", body=custom("Rat", "b", {"a": "bad"}))
    t.post("create", path, custom("Rat", "b", {"a": "bad", "b": 9, "c": [{"k": "long"}, {"k": "x"}, {"k": "y"}], "m": {"p": "long", "q": "long"}, "o": {"x": "s"}, "keyed": [{"k": "1", "v": "long"}], "e": "bad"}))
    for label, patch in (
            ("a label", {"metadata": {"labels": {"l": "m"}}}), ("another field", {"spec": {"z": "z"}}), ("the same value", {"spec": {"a": "bad"}}), ("another bad value", {"spec": {"a": "worse"}}), ("a good value", {"spec": {"a": "ok"}}),
            ("number up", {"spec": {"b": 10}}), ("beside a bad value", {"spec": {"o": {"y": "there"}}}), ("beside a bad value again", {"spec": {"o": {"x": "t"}}}), ("a list that is short enough, with an old item", {"spec": {"c": [{"k": "long"}]}}),
            ("a map with one more", {"spec": {"m": {"r": "s"}}}), ("a map with one less", {"spec": {"m": {"q": None}}}), ("keyed, moved", {"spec": {"keyed": [{"k": "2", "v": "long"}, {"k": "1", "v": "long"}]}}), ("keyed, one changed", {"spec": {"keyed": [{"k": "2", "v": "longer"}, {"k": "1", "v": "long"}]}}),
            ("keyed, one more", {"spec": {"keyed": [{"k": "2", "v": "long"}, {"k": "1", "v": "long"}, {"k": "3", "v": "long"}]}}), ("enum", {"spec": {"e": "other"}}), ("enum, removed", {"spec": {"e": None}})):
        t.ask(label, "PATCH", path + "/a", patch, headers=MERGE)
