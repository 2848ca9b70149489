"""What is asked for below the client: YAML, and compressed lists and watches."""
import json
import queue
import threading

import requests
import yaml

# Strings that YAML takes for something else, unless they are quoted. ("=", "<<" and U+0085 are not among
# them: kube-apiserver does not quote them, and then PyYAML reads something else or nothing.)
TRICKY = {
    "empty": "", "null": "null", "tilde": "~", "yes": "yes", "no": "No", "true": "true", "number": "12", "float": "1e3",
    "hex": "0x1F", "octal": "017", "sexagesimal": "12:30:45", "date": "2026-01-02", "time": "2026-01-02T03:04:05Z",
    "comment": "# none", "colon": "a: b", "dash": "- a", "quote": "it's \"so\"", "spaces": "  both  ",
    "lines": "one\ntwo\n", "lines2": "one\n\n  two\n\n\n", "crlf": "a\r\nb", "tab": "\ta", "unicode": "ῥέω 🌊",
    "control": "\u0001\u001b", "percent": "%a", "at": "@a", "tick": "`a`", "star": "*a", "and": "&a", "brace": "{a",
    "bracket": "[a", "infinity": ".inf", "nan": ".nan", "long": "word " * 60,
}


class Raw:
    def __init__(self, configuration, namespace):
        self.base = configuration.host + "/api/v1/namespaces/" + namespace
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = configuration.ssl_ca_cert if configuration.verify_ssl else False
        if configuration.cert_file:
            self.session.cert = (configuration.cert_file, configuration.key_file)
        for setting in configuration.auth_settings().values():
            self.session.headers[setting["key"]] = setting["value"]

    def get(self, path, accept, encoding="identity", **params):
        headers = {"Accept": accept, "Accept-Encoding": encoding}
        return self.session.get(self.base + path, headers=headers, params=params, timeout=20)

    def put(self, name, n):
        labels = {"even": str(n % 2 == 0).lower()}
        body = {"metadata": {"name": name, "labels": labels}, "data": {"n": str(n)}}
        self.session.put(self.base + "/configmaps/" + name, json=body, timeout=20).raise_for_status()


def yaml_is_json(raw, path):
    """The YAML answer means what the JSON answer says."""
    as_json = raw.get(path, "application/json")
    as_yaml = raw.get(path, "application/yaml")
    if as_yaml.status_code != 200:
        return "%d %s" % (as_yaml.status_code, as_yaml.text[:200])
    if as_yaml.headers["Content-Type"] != "application/yaml":
        return "Content-Type is " + as_yaml.headers["Content-Type"]
    got = yaml.safe_load(as_yaml.content)
    return "" if got == as_json.json() else "wanted %s, got %s" % (as_json.text[:1000], json.dumps(got, default=str)[:1000])


def create_yaml(raw):
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "tricky"}, "data": TRICKY}
    text = yaml.safe_dump(body, allow_unicode=True, default_style='"')
    answer = raw.session.post(raw.base + "/configmaps", data=text.encode(), timeout=20,
                              headers={"Content-Type": "application/yaml", "Accept": "application/json"})
    if answer.status_code != 201:
        return "%d %s" % (answer.status_code, answer.text[:300])
    stored = answer.json()["data"]
    return "" if stored == TRICKY else "stored %s" % {k: v for k, v in stored.items() if TRICKY[k] != v}


def compressed_list(raw):
    plain = raw.get("/configmaps", "application/json", limit=500)
    packed = raw.get("/configmaps", "application/json", "gzip", limit=500)
    if packed.headers.get("Content-Encoding") != "gzip":
        return "Content-Encoding is %s, of %d bytes" % (packed.headers.get("Content-Encoding"), len(plain.content))
    wanted, got = plain.json(), packed.json()
    for each in (wanted, got):
        each["metadata"].pop("resourceVersion")
    return "" if wanted == got else "it differs from the plain one"


def compressed_watch(raw, how, must_compress):
    """Each event is written only after the one before it has arrived."""
    version = raw.get("/configmaps", "application/json").json()["metadata"]["resourceVersion"]
    response = raw.session.get(raw.base + "/configmaps", stream=True, timeout=(20, 20), headers={
        "Accept": "application/json", "Accept-Encoding": "gzip"},
        params={"watch": "true", "resourceVersion": version, "fieldSelector": "metadata.name=packed"})
    try:
        if response.status_code != 200:
            return "%d %s" % (response.status_code, response.text[:200])
        encoding = response.headers.get("Content-Encoding")
        if must_compress and encoding != "gzip":
            return "Content-Encoding is %s" % encoding
        if how == "requests":
            lines = response.iter_lines(chunk_size=1)
        else:
            lines = split(response.raw.stream(None, decode_content=True))
        arrived = queue.Queue()
        threading.Thread(target=pump, args=(lines, arrived), daemon=True).start()
        for n in range(20):
            raw.put("packed", n)
            event = json.loads(arrived.get(timeout=10))
            if event["object"]["data"]["n"] != str(n):
                return "wanted %d, got %s" % (n, event)
        return ""
    finally:
        response.close()


def pump(lines, arrived):
    try:
        for line in lines:
            arrived.put(line)
    except Exception as e:  # as it is when the watch is closed
        arrived.put(json.dumps({"object": {"data": {"n": repr(e)}}}))


def split(chunks):
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
