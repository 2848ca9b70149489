"""Reads what a test client needs from a kubeconfig: one cluster, one user, nothing else.

Accepts JSON, or the plain block YAML that kubectl and the servers write (no anchors, no flow mappings).
"""
import base64
import json
import os
import re
import ssl
import tempfile
from urllib.parse import urlsplit

_KEYS = (
    "server",
    "certificate-authority-data",
    "certificate-authority",
    "client-certificate-data",
    "client-certificate",
    "client-key-data",
    "client-key",
    "token",
    "insecure-skip-tls-verify",
)


class Kubeconfig:
    """Address and credentials of one server."""

    def __init__(self, path):
        self.path = path
        with open(path, encoding="utf-8") as f:
            text = f.read()
        self.fields = _from_json(text) if text.lstrip().startswith("{") else _from_yaml(text)
        if "server" not in self.fields:
            raise ValueError(f"{path}: no server")
        url = urlsplit(self.fields["server"])
        self.tls = url.scheme == "https"
        self.host = url.hostname
        self.port = url.port or (443 if self.tls else 80)
        self.token = self.fields.get("token")

    def ssl_context(self, with_client_certificate=True):
        """A context that verifies the server unless the file says not to."""
        context = ssl.create_default_context()
        ca = self._pem("certificate-authority")
        if str(self.fields.get("insecure-skip-tls-verify", "")).lower() == "true":
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        elif ca:
            context.load_verify_locations(cadata=ca)
        cert, key = self._pem("client-certificate"), self._pem("client-key")
        if with_client_certificate and cert and key:
            with tempfile.TemporaryDirectory() as folder:
                pair = os.path.join(folder, "pair.pem")
                with open(pair, "w", encoding="ascii") as f:
                    f.write(cert + "\n" + key)
                context.load_cert_chain(pair)
        return context

    def _pem(self, key):
        if key + "-data" in self.fields:
            return base64.b64decode(self.fields[key + "-data"]).decode("ascii")
        if key in self.fields:
            name = os.path.join(os.path.dirname(self.path), self.fields[key])
            with open(name, encoding="ascii") as f:
                return f.read()
        return None


def _from_yaml(text):
    found = {}
    for line in text.splitlines():
        m = re.match(r"^[\s-]*([a-z-]+):\s*(.+?)\s*$", line)
        if m and m.group(1) in _KEYS and m.group(1) not in found:
            found[m.group(1)] = m.group(2).strip("\"'")
    return found


def _from_json(text):
    doc = json.loads(text)
    return {**doc["clusters"][0]["cluster"], **doc["users"][0]["user"]}
