"""Rules in schemas (x-kubernetes-validations): what they see, what they say, when they run, and what they may cost."""
import json
import re

from harness import scenario

from cases._custom import (ANY, APPLY, DEFINITIONS, JSONPATCH, MERGE, at, change, custom, definition, dry, lst, obj, put, schema, serve, set_at, text,
                           until, version, whole)


def custom_scenario(name):
    return scenario(name, packed=True, worded=True)


def rules(*entries):
    return {"x-kubernetes-validations": [e if isinstance(e, dict) else {"rule": e} for e in entries]}


def keyed(item, *keys, **more):
    return lst({**item, "required": list(keys)}, **{"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": list(keys)}, **more)


RULED = schema(
    replicas=whole(), min=whole(), max=whole(**rules({"rule": "self <= 100", "message": "max is at most 100"})),
    name=text(maxLength=50, **rules({"rule": "self.startsWith('a')", "messageExpression": "'name ' + self + ' must start with a'", "reason": "FieldValueForbidden"})),
    broken=text(maxLength=50, **rules({"rule": "self == 'x'", "messageExpression": "'line\\n' + self"}, {"rule": "self != 'z'", "messageExpression": "self.substring(5)", "message": "the message"}, {"rule": "self != 'y'", "messageExpression": "''"})),
    once=text(maxLength=50, **rules({"rule": "self == oldSelf", "message": "is immutable"})),
    upward=whole(**rules({"rule": "!oldSelf.hasValue() || self >= oldSelf.value()", "optionalOldSelf": True, "message": "must not shrink"})),
    first=whole(**rules({"rule": "oldSelf.hasValue() || self == 1", "optionalOldSelf": True, "message": "begins with 1"})),
    pair={**obj(a=whole(), b=whole(), inner=obj(c=whole())), **rules({"rule": "!has(self.a) || !has(self.b) || self.a < self.b", "fieldPath": ".b", "reason": "FieldValueInvalid"}, {"rule": "!has(self.inner) || self.inner.c > 0", "fieldPath": ".inner.c", "reason": "FieldValueRequired"},
                                                                    {"rule": "has(self.a)", "reason": "FieldValueDuplicate", "message": "no a"})},
    list=lst(text(maxLength=20), maxItems=10, **rules({"rule": "self.all(x, x.size() > 1)", "message": "short items"}, {"rule": "size(self) == 0 || self[0] != 'zz'"})),
    set=lst(text(maxLength=20), maxItems=10, **{"x-kubernetes-list-type": "set"}, **rules({"rule": "oldSelf.all(x, x in self)", "message": "only grows"})),
    ports=keyed(obj(name=text(maxLength=20), port=whole(**rules({"rule": "self > 0 && self < 65536"})), frozen=text(maxLength=10, **rules({"rule": "self == oldSelf", "message": "frozen"}))), "name", maxItems=10, **rules({"rule": "self.exists_one(x, x.name == 'main')", "message": "needs one main"})),
    map={"type": "object", "additionalProperties": whole(**rules({"rule": "self % 2 == 0", "message": "even"})), "maxProperties": 10, **rules({"rule": "self.all(k, k.startsWith('k'))", "message": "keys start with k"}, {"rule": "!('k0' in self)", "fieldPath": ".k0"})},
    either={"x-kubernetes-int-or-string": True, **rules({"rule": "type(self) == int ? self > 0 : self.endsWith('%')", "message": "positive or percent"})},
    free={"type": "object", "x-kubernetes-preserve-unknown-fields": True, "properties": {"known": text(maxLength=10)}, **rules("!has(self.known) || self.known != 'bad'")},
    odd=obj(**{"namespace": text(maxLength=10), "a-b": text(maxLength=10), "x.y": whole(), "in": whole(), "__z__": whole()}),
    when=text(format="date-time", maxLength=40, **rules({"rule": "self > timestamp('2020-01-01T00:00:00Z')", "message": "later than 2020"})), span=text(format="duration", maxLength=20, **rules({"rule": "self < duration('1h')"})),
    bytes=text(format="byte", maxLength=20, **rules({"rule": "self == b'abc'"})), number={"type": "number", **rules({"rule": "self < 1.5"})}, flag={"type": "boolean", **rules({"rule": "self"})},
    nullable=text(nullable=True, maxLength=10, **rules({"rule": "self != 'n'"})),
    lib=obj(url=text(maxLength=100, **rules("isURL(self) && url(self).getScheme() == 'https'")), ip=text(maxLength=50, **rules("isIP(self) && ip(self).family() == 4")), cidr=text(maxLength=50, **rules("cidr(self).containsIP('10.0.0.1')")),
            quantity={"x-kubernetes-int-or-string": True, **rules("quantity(string(self)).isLessThan(quantity('1Gi'))")}, semver=text(maxLength=30, **rules("isSemver(self) && semver(self).major() > 0")), regex=text(maxLength=50, **rules("self.find('[0-9]+') == '42'")),
            format=text(maxLength=50, **rules("!format.dns1123Label().validate(self).hasValue()")), lists=lst(whole(), maxItems=5, **rules("self.isSorted() && self.sum() < 10"))),
    div=whole(**rules({"rule": "10 / self > 1"})), index=lst(whole(), maxItems=3, **rules({"rule": "self[1] > 0"})), missing=obj(a=whole()))
RULED["properties"]["spec"]["properties"]["missing"].update(rules({"rule": "self.a > 0"}))
RULED["properties"]["spec"]["properties"]["odd"].update(rules({"rule": "!has(self.__namespace__) || self.__namespace__ != 'x'", "fieldPath": ".namespace"}, {"rule": "!has(self.a__dash__b) || self.a__dash__b != 'x'", "fieldPath": "['a-b']"},
                                                              {"rule": "!has(self.x__dot__y) || self.x__dot__y > 0"},
                                                              {"rule": "!has(self.__in__) || self.__in__ > 0"}, {"rule": "!has(self.__underscores__z__underscores__) || self.__underscores__z__underscores__ > 0"}))
RULED["properties"]["spec"].update(rules({"rule": "!has(self.min) || !has(self.max) || self.min <= self.max", "message": "min is above max"}, {"rule": "!has(self.replicas) || !has(oldSelf.replicas) || self.replicas >= oldSelf.replicas", "messageExpression": "'replicas fell from %d to %d'.format([oldSelf.replicas, self.replicas])"}))
RULED.update(rules({"rule": "self.metadata.name != 'forbidden'", "message": "that name"}, {"rule": "!has(self.spec) || !has(self.spec.replicas) || self.spec.replicas < 1000", "fieldPath": ".spec.replicas"}, {"rule": "self.kind == 'Ruled' && self.apiVersion.endsWith('/v1')"},
                   {"rule": "self.metadata.name.size() < 30"}))


@custom_scenario("custom-rules")
def on_create(t):
    """Rules as objects are created: what is said, where and why."""
    t.make_namespace()
    t.reuse = t.one_uid = True
    t.all_warnings = t.sort_causes = True
    d = definition("ruleds", version(schema=RULED, subresources={"status": {}}), kind="Ruled")
    serve(t, d, "definition", keep=["kind"])
    path = dry(at("ruleds"))
    for label, spec in (
            ("good", {"min": 1, "max": 5, "replicas": 3}), ("min above max", {"min": 6, "max": 5}), ("max", {"max": 101}), ("both", {"min": 200, "max": 101}), ("message expression", {"name": "xyz"}), ("message of two lines", {"broken": "q"}),
            ("message that fails", {"broken": "z"}), ("message that is empty", {"broken": "y"}), ("transition rule alone", {"once": "a"}), ("optional old", {"upward": 1}), ("first", {"first": 2}), ("first is right", {"first": 1}),
            ("field path", {"pair": {"a": 3, "b": 2}}), ("deep field path", {"pair": {"a": 1, "inner": {"c": 0}}}), ("reasons", {"pair": {}}), ("list", {"list": ["ab", "c"]}), ("list, both", {"list": ["zz", "c"]}), ("no main", {"ports": [{"name": "a", "port": 1}]}),
            ("ports", {"ports": [{"name": "main", "port": 0}, {"name": "b", "port": 70000}]}), ("map", {"map": {"k1": 1, "x": 2, "k0": 4}}), ("odd keys of a map", {"map": {"k.a": 1, "k/b": 3}}), ("either 0", {"either": 0}), ("either %", {"either": "5"}), ("either", {"either": "5%"}),
            ("free", {"free": {"known": "bad", "x": 1}}), ("odd names", {"odd": {"namespace": "x", "a-b": "x", "x.y": 0, "in": 0, "__z__": 0}}), ("when", {"when": "2019-01-01T00:00:00Z"}), ("when, good", {"when": "2021-01-01T00:00:00+02:00"}), ("span", {"span": "2h"}),
            ("bytes", {"bytes": "YWJj"}), ("other bytes", {"bytes": "eA=="}), ("number", {"number": 2}), ("number, whole", {"number": 1}), ("flag", {"flag": False}), ("null", {"nullable": None}), ("nullable", {"nullable": "n"}),
            ("url", {"lib": {"url": "http://a"}}), ("no url", {"lib": {"url": "a b"}}), ("ip", {"lib": {"ip": "::1"}}), ("cidr", {"lib": {"cidr": "192.168.0.0/16"}}), ("no cidr", {"lib": {"cidr": "x"}}), ("quantity", {"lib": {"quantity": "2Gi"}}), ("quantity, whole", {"lib": {"quantity": 5}}), ("no quantity", {"lib": {"quantity": "x"}}),
            ("semver", {"lib": {"semver": "0.1.0"}}), ("regex", {"lib": {"regex": "a43"}}), ("format", {"lib": {"format": "A_"}}), ("lists", {"lib": {"lists": [3, 2]}}), ("division by zero", {"div": 0}), ("division", {"div": 20}), ("index", {"index": [1]}), ("missing", {"missing": {}}),
            ("a wrong type before a rule", {"max": "x", "name": "xyz"}), ("a wrong type within", {"pair": {"a": "x"}}), ("a wrong value beside a rule", {"list": ["a"] * 11}), ("replicas of the root", {"replicas": 1000})):
        t.post(label, path, custom("Ruled", "x", spec), keep=["spec"])
    t.post("name", path, custom("Ruled", "forbidden", {}))
    t.post("long name", path, custom("Ruled", "x" * 40, {}))


@custom_scenario("custom-rules-transition")
def on_update(t):
    """Rules as objects change: oldSelf, ratcheting, and the status."""
    t.make_namespace()
    t.reuse = True
    t.sort_causes = t.all_warnings = True
    d = definition("ruleds", version(schema=RULED, subresources={"status": {}}), kind="Ruled")
    serve(t, d)
    path = at("ruleds")
    t.post("create", path, custom("Ruled", "a", {"once": "a", "replicas": 5, "upward": 3, "set": ["a", "b"], "first": 1, "ports": [{"name": "main", "port": 1, "frozen": "x"}, {"name": "b", "port": 2, "frozen": "y"}], "map": {"k1": 2}}))
    for label, patch in (
            ("immutable", {"once": "b"}), ("immutable, removed", {"once": None}), ("immutable, set again", {"once": "c"}), ("fewer replicas", {"replicas": 4}), ("replicas removed", {"replicas": None}), ("more", {"replicas": 9}), ("upward, down", {"upward": 2}),
            ("upward, up", {"upward": 4}), ("upward, gone and down", {"upward": None}), ("upward, anew", {"upward": 1}), ("set shrinks", {"set": ["a"]}), ("set grows", {"set": ["c", "b", "a"]}), ("first", {"first": 7}),
            ("frozen", {"ports": [{"name": "b", "port": 2, "frozen": "z"}, {"name": "main", "port": 1, "frozen": "x"}]}), ("frozen, moved", {"ports": [{"name": "b", "port": 2, "frozen": "y"}, {"name": "main", "port": 1, "frozen": "x"}]}),
            ("frozen, new", {"ports": [{"name": "main", "port": 1, "frozen": "x"}, {"name": "c", "port": 3, "frozen": "q"}]}), ("map", {"map": {"k1": 3}})):
        t.ask(label, "PATCH", path + "/a", {"spec": patch}, headers=MERGE, keep=["spec"])
    t.ask("apply", "PATCH", path + "/a?fieldManager=m&force=true", t.fill(json.dumps(custom("Ruled", "a", {"once": "zz"}))), headers=APPLY)
    put(t, "put", path + "/a", custom("Ruled", "a", {"once": "zz", "min": 5, "max": 4}))
    t.ask("status", "PATCH", path + "/a/status", {"status": {"x": 1}}, headers=MERGE, keep=["status"])
    status = {**schema(x=text(maxLength=5)), **rules({"rule": "!has(self.spec) || !has(self.spec.x) || self.spec.x != 'bad'", "message": "bad x"})}
    status["properties"]["status"] = {**obj(n=whole(**rules({"rule": "self >= oldSelf", "message": "falls"})), m=whole(**rules({"rule": "self < 10"}))), **rules({"rule": "!has(self.m) || !has(self.n) || self.m <= self.n", "message": "m above n"})}
    old = definition("states", version(schema=schema(x=text(maxLength=5)), subresources={"status": {}}), kind="State")
    serve(t, old)
    t.send("POST", at("states"), custom("State", "a", {"x": "bad"}))
    t.send("POST", at("states"), custom("State", "b", {"x": "good"}))
    t.send("PATCH", at("states") + "/b/status", {"status": {"n": 50, "m": 99}}, headers=MERGE)
    change(t, definition("states", version(schema=status, subresources={"status": {}}), kind="State"), dry(at("states")), lambda r: r.status == 422, method="POST", body=custom("State", "z", {"x": "bad"}))
    for label, name, sub, patch in (
            ("a bad spec, status", "a", "/status", {"status": {"n": 5}}), ("a bad spec, a label", "a", "", {"metadata": {"labels": {"a": "b"}}}), ("a bad spec, the same", "a", "", {"spec": {"x": "bad"}}), ("a bad spec, mended", "a", "", {"spec": {"x": "ok"}}), ("a bad spec, again", "a", "", {"spec": {"x": "bad"}}),
            ("status falls", "a", "/status", {"status": {"n": 4}}), ("status above", "a", "/status", {"status": {"m": 9}}), ("status too high", "a", "/status", {"status": {"m": 10, "n": 11}}), ("old status, a label", "b", "", {"metadata": {"labels": {"a": "b"}}}),
            ("old status, another field", "b", "/status", {"status": {"n": 51}}), ("old status, changed", "b", "/status", {"status": {"m": 98}}), ("status of the spec", "b", "/status", {"spec": {"x": "bad"}})):
        t.ask(label, "PATCH", at("states") + f"/{name}{sub}", patch, headers=MERGE)


@custom_scenario("custom-rules-ratcheting")
def rules_ratchet(t):
    """Rules that became stricter than what is stored."""
    t.make_namespace()
    t.reuse = True
    t.sort_causes = t.all_warnings = True
    plain = dict(a=text(maxLength=10), b=text(maxLength=10), l=lst(whole(), maxItems=5), k=keyed(obj(k=text(maxLength=5), v=whole()), "k", maxItems=5), m={"type": "object", "additionalProperties": whole(), "maxProperties": 5}, o=obj(x=whole(), y=whole()))
    strict = dict(a=text(maxLength=10, **rules({"rule": "self != 'bad'", "message": "bad a"})), b=text(maxLength=10), l=lst(whole(**rules({"rule": "self > 0", "message": "item"})), maxItems=5, **rules({"rule": "size(self) < 3", "message": "list"})),
                  k=keyed({**obj(k=text(maxLength=5), v=whole(**rules({"rule": "self > 0", "message": "value"}))), **rules({"rule": "self.k != 'z'", "message": "key"})}, "k", maxItems=5), m={"type": "object", "additionalProperties": whole(**rules({"rule": "self > 0", "message": "value"})), "maxProperties": 5, **rules({"rule": "size(self) < 3", "message": "map"})},
                  o={**obj(x=whole(), y=whole()), **rules({"rule": "self.x < self.y", "message": "x not below y"})})
    serve(t, definition("ratlings", version(schema=schema(**plain)), kind="Ratling"))
    path = at("ratlings")
    t.send("POST", path, custom("Ratling", "a", {"a": "bad", "l": [0, 1, 0], "k": [{"k": "z", "v": 0}, {"k": "y", "v": 0}], "m": {"p": 0, "q": 0, "r": 0}, "o": {"x": 5, "y": 1}}))
    s = schema(**strict)
    s["properties"]["spec"].update(rules({"rule": "!has(self.a) || self.a != 'bad'", "message": "bad as a whole"}))
    change(t, definition("ratlings", version(schema=s), kind="Ratling"), dry(path), lambda r: r.status == 422, method="POST", body=custom("Ratling", "b", {"a": "bad"}))
    for label, patch in (
            ("label", {"metadata": {"labels": {"x": "y"}}}), ("same", {"spec": {"a": "bad"}}), ("beside", {"spec": {"b": "x"}}), ("mended", {"spec": {"a": "good"}}), ("list, longer", {"spec": {"l": [0, 1, 0, 4]}}), ("list, same", {"spec": {"l": [0, 1, 0]}}), ("list, shorter", {"spec": {"l": [0, 1]}}),
            ("keyed, one better", {"spec": {"k": [{"k": "z", "v": 1}, {"k": "y", "v": 0}]}}), ("keyed, moved", {"spec": {"k": [{"k": "y", "v": 0}, {"k": "z", "v": 0}]}}), ("keyed, one more", {"spec": {"k": [{"k": "y", "v": 0}, {"k": "x", "v": 0}]}}),
            ("map, one more", {"spec": {"m": {"s": 1}}}), ("map, changed", {"spec": {"m": {"p": -1}}}), ("map, fewer", {"spec": {"m": {"p": None}}}), ("object, changed", {"spec": {"o": {"y": 2}}}), ("object, mended", {"spec": {"o": {"y": 9}}})):
        t.ask(label, "PATCH", path + "/a", patch, headers=MERGE)


S = "spec.versions.0.schema.openAPIV3Schema"
P = S + ".properties.spec.properties"
LONG = text(maxLength=1000)
FAULTS = (
    ("syntax", P + ".a", text(**rules("self ="))), ("empty", P + ".a", text(**rules(""))), ("blank", P + ".a", text(**rules("  "))), ("unknown name", P + ".a", text(**rules("other == 1"))), ("unknown field", P + ".a", {**obj(x=text()), **rules("self.y == ''")}), ("types", P + ".a", text(**rules("self > 1"))),
    ("no bool", P + ".a", text(**rules("self + 'x'"))), ("unknown function", P + ".a", text(**rules("self.foo()"))), ("two at once", P + ".a", text(**rules("self ==", "nope"))), ("message with a line break", P + ".a", text(**rules({"rule": "true", "message": "a\nb"}))), ("empty message", P + ".a", text(**rules({"rule": "true", "message": " "}))),
    ("long message", P + ".a", text(**rules({"rule": "true", "message": "m" * 3000}))), ("rule of two lines without a message", P + ".a", text(**rules("true\n|| false"))), ("message expression of no string", P + ".a", text(**rules({"rule": "true", "messageExpression": "5"}))),
    ("message expression that does not compile", P + ".a", text(**rules({"rule": "true", "messageExpression": "'a' +"}))), ("empty message expression", P + ".a", text(**rules({"rule": "true", "messageExpression": " "}))), ("unknown reason", P + ".a", text(**rules({"rule": "true", "reason": "Because"}))),
    ("field path of nothing", P + ".a", {**obj(x=text()), **rules({"rule": "true", "fieldPath": ".y"})}), ("field path that is none", P + ".a", {**obj(x=text()), **rules({"rule": "true", "fieldPath": "x"})}), ("field path into a list", P + ".a", {**obj(x=lst(text())), **rules({"rule": "true", "fieldPath": ".x[0]"})}), ("empty field path", P + ".a", {**obj(x=text()), **rules({"rule": "true", "fieldPath": ""})}),
    ("field path with brackets", P + ".a", {**obj(**{"x-y": text()}), **rules({"rule": "true", "fieldPath": "['x-y']"})}), ("optional old without old", P + ".a", text(**rules({"rule": "self == 'x'", "optionalOldSelf": True}))), ("old without optional methods", P + ".a", text(**rules({"rule": "self == oldSelf", "optionalOldSelf": True}))),
    ("old in an atomic list", P + ".a", lst(text(**rules("self == oldSelf")), maxItems=5)), ("old in a set", P + ".a", lst(text(**rules("self == oldSelf")), **{"x-kubernetes-list-type": "set"})), ("optional old in an atomic list", P + ".a", lst(text(**rules({"rule": "oldSelf.hasValue()", "optionalOldSelf": True})), maxItems=5)),
    ("old in a map", P + ".a", {"type": "object", "additionalProperties": text(**rules("self == oldSelf"))}), ("rule in a oneOf", P + ".a", text(oneOf=[rules("true")])), ("rules twice", P + ".a", text(**rules("true", "true"))), ("rule at the metadata", S + ".properties.metadata", {"type": "object", **rules("self.name == 'x'")}),
    ("metadata's other fields", S, {**schema(), **rules("self.metadata.labels.size() == 0")}), ("uid", S, {**schema(), **rules("self.metadata.uid == ''")}), ("unbounded strings", P + ".a", lst(text(), **rules("self.all(x, self.exists(y, y == x))"))), ("bounded strings", P + ".a", lst(text(maxLength=10), maxItems=10, **rules("self.all(x, self.exists(y, y == x))"))),
    ("three loops", P + ".a", lst(whole(), maxItems=1000, **rules("self.all(x, self.all(y, self.all(z, x + y + z > 0)))"))), ("unbounded list, one loop", P + ".a", lst(text(), **rules("self.all(x, x.matches('^a+$'))"))), ("in an unbounded list", P + ".a", lst(text(**rules("self.contains('x')")))), ("in lists of lists", P + ".a", lst(lst(lst(text(**rules("self.matches('a.*b')")))))),
    ("in a bounded list", P + ".a", lst(text(maxLength=100, **rules("self.contains('x')")), maxItems=100)), ("message expression costs", P + ".a", lst(text(), **rules({"rule": "true", "messageExpression": "self.map(x, self.map(y, x + y)[0])[0]"}))),
    ("sum of costs", P + ".a", lst(whole(), maxItems=100, **rules(*[f"self.all(x, self.all(y, self.all(z, x + y + z > {i})))" for i in range(20)]))), ("unknown preserved", P + ".a", {"type": "object", "x-kubernetes-preserve-unknown-fields": True, **rules("self.x == 1")}),
    ("embedded", P + ".a", {"type": "object", "x-kubernetes-embedded-resource": True, "x-kubernetes-preserve-unknown-fields": True, **rules("self.metadata.name != '' && self.kind == 'Pod'")}), ("int or string", P + ".a", {"x-kubernetes-int-or-string": True, **rules("self > 5")}), ("dyn comparison", P + ".a", {"x-kubernetes-int-or-string": True, **rules("dyn(self) == 5")}),
    ("a name that must be escaped", P + ".a", {**obj(**{"a-b": text()}), **rules("self.a-b == ''")}), ("a name that cannot be escaped", P + ".a", {**obj(**{"a b": text()}), **rules("has(self.a__space__b)")}), ("format", P + ".a", text(format="date-time", **rules("self.getFullYear() > 2000"))), ("duration", P + ".a", text(format="duration", **rules("self.getHours() > 1"))),
    ("two-variable comprehensions", P + ".a", lst(whole(), maxItems=5, **rules("self.all(i, v, v > i)"))), ("optional types", P + ".a", {**obj(x=text()), **rules("self.?x.orValue('') == ''")}), ("cel.bind", P + ".a", text(maxLength=5, **rules("cel.bind(x, self, x == x)"))), ("authorizer", P + ".a", text(**rules("authorizer.path('/x').check('get').allowed()"))),
    ("regex that is none", P + ".a", text(**rules("self.matches('(')"))), ("timestamp that is none", P + ".a", text(**rules("timestamp('x') > timestamp('2020-01-01T00:00:00Z')"))), ("rule is a number", P + ".a", text(**{"x-kubernetes-validations": [{"rule": 5}]})), ("rules are an object", P + ".a", text(**{"x-kubernetes-validations": {}})), ("unknown member", P + ".a", text(**rules({"rule": "true", "nope": 1}))),
    ("long rule", P + ".a", text(**rules("self == '" + "x" * 5000 + "'"))), ("deep rule", P + ".a", text(**rules("(" * 200 + "true" + ")" * 200))), ("nullable", P + ".a", text(nullable=True, **rules("self == null"))), ("macro twice", P + ".a", {**obj(x=obj(y=text())), **rules("has(self.x) && has(self.x.y)")}), ("has of no field", P + ".a", text(**rules("has(self)"))),
    ("default that breaks a rule", P + ".a", text(default="x", maxLength=5, **rules("self == 'y'"))), ("default that breaks a transition rule", P + ".a", text(default="x", maxLength=5, **rules("self == oldSelf"))), ("root default within", P + ".a", {**obj(x=text(default="q", maxLength=5)), "default": {}, **rules("self.x == 'y'")}),
)


@custom_scenario("custom-rules-faults")
def faults(t):
    """Rules that do not compile, say nothing sensible, or cost too much."""
    t.reuse = t.one_uid = t.all_warnings = True
    d = t.fill(definition("faulties", version(schema=schema(size=whole())), kind="Faulty"))
    for label, where, value in FAULTS:
        t.post(label, dry(DEFINITIONS), set_at(d, where, value), keep=["kind"])


@custom_scenario("custom-rules-cost")
def cost(t):
    """Rules that are cheap by their estimate and too dear for an object."""
    t.make_namespace()
    t.reuse = t.one_uid = t.sort_causes = True
    loops = "self.all(x, self.all(y, self.all(z, x + y + z > 0)))"
    dear = schema(l=lst(whole(), maxItems=100, **rules({"rule": loops, "message": "not positive"})), m=lst(whole(), maxItems=100, **rules({"rule": "true", "messageExpression": f"string({loops})"}, {"rule": "self.size() != 100", "messageExpression": f"string({loops})", "message": "the message"})),
                  n=lst(whole(**rules({"rule": "self != 5"})), maxItems=200))
    serve(t, definition("dears", version(schema=dear), kind="Dear"), "definition", keep=["kind"])
    path = dry(at("dears"))
    t.post("cheap", path, custom("Dear", "x", {"l": [1] * 10, "m": [1]}), keep=["kind"])
    t.post("cheap as it ends early", path, custom("Dear", "x", {"l": [-1] * 100}), keep=["kind"])
    t.post("dear", path, custom("Dear", "x", {"l": [1] * 100}), keep=["kind"])
    t.post("a dear message", path, custom("Dear", "x", {"m": [1] * 100}), keep=["kind"])
    many = schema(**{f"l{i:02}": lst(whole(), maxItems=300, **rules({"rule": "self.all(a, self.all(b, a + b > 0))"})) for i in range(25)})
    serve(t, definition("manies", version(schema=many), kind="Manie"))
    r = t.send("POST", dry(at("manies")), custom("Manie", "x", {f"l{i:02}": [1] * 300 for i in range(25)}))
    t.note("much in one object", [r.status, re.sub(r"spec.l\d\d", "spec.l", r.json["message"])])  # which is the last depends on a map's order
    t.post("less in one object", dry(at("manies")), custom("Manie", "x", {f"l{i:02}": [1] * 200 for i in range(10)}), keep=["kind"])
