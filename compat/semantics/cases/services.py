"""Services: what they get of the cluster, keep, and give back.

Addresses and ports that the server chose are replaced by symbols: the first, second, … of a Service. The client chooses
from the lower parts of the ranges, which servers give last.
"""
import ipaddress
import re

from harness import scenario

PATH = "/api/v1/namespaces/{ns}/services"
MERGE = {"Content-Type": "application/merge-patch+json"}
LOWER_IPS = {str(ipaddress.ip_address("10.0.0.0") + i) for i in range(17)} | {
    str(ipaddress.ip_address("fd00::") + i) for i in range(257)}
ADDRESS = re.compile(r"\b10\.0\.0\.\d+\b|\bfd00::[0-9a-f]+\b")


class Services:
    """Sends requests about Services of a namespace, and hides what the server chose."""

    def __init__(self, t):
        self.t, self.seen, self.about = t, {}, ""
        t.make_namespace()
        self.names = set()

    def symbol(self, kind, value):
        if value not in self.seen:
            first = f"<{self.about} {kind}"
            self.seen[value] = f"{first} {sum(1 for v in self.seen.values() if v.startswith(first)) + 1}>"
        return self.seen[value]

    def hide(self, value, key=""):
        if isinstance(value, dict):
            return {k: self.hide(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [self.hide(v, key) for v in value]
        if key in ("nodePort", "healthCheckNodePort") and isinstance(value, int) and not 30000 <= value < 30086:
            return self.symbol("port", value) if value < 32768 else value
        if isinstance(value, str):
            return ADDRESS.sub(lambda m: m[0] if m[0] in LOWER_IPS else self.symbol("ip", m[0]), value)
        return value

    def ask(self, label, method, path, body=None, **more):
        r = self.t.ask(label, method, path, body, **more)
        self.about = ((r.json or {}).get("metadata") or {}).get("name", "") or self.about
        self.t.steps[-1]["body"] = self.hide(self.t.steps[-1]["body"])
        self.t.steps[-1]["request"] = self.hide(self.t.steps[-1]["request"])
        return r

    def create(self, name, query="", **spec):
        self.names.add(name)
        body = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}
        return self.ask(f"create {name}", "POST", PATH + query, body)

    def patch(self, name, label, **spec):
        return self.ask(f"{name}: {label}", "PATCH", f"{PATH}/{name}", {"spec": spec}, headers=MERGE)

    def put(self, name, label, **spec):
        body = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}
        return self.ask(f"{name}: {label}", "PUT", f"{PATH}/{name}", body)

    def address(self, name):
        """The IPAddress of a Service's first address."""
        ip = self.t.send("GET", f"{PATH}/{name}").json["spec"].get("clusterIP", "")
        path = f"/apis/networking.k8s.io/v1/ipaddresses/{ip}"
        r = self.ask(f"address of {name}", "GET", path)
        # The server itself writes it, before its Service or together with it.
        for field in ("managedFields", "resourceVersion"):
            (self.t.steps[-1]["body"].get("metadata") or {}).pop(field, None)
        return r

    def clean(self):
        for name in self.names:
            self.t.send("DELETE", f"{PATH}/{name}")


def port(number=80, name=None, **more):
    return dict({"port": number}, **({"name": name} if name else {}), **more)


@scenario("services")
def services(t):
    s = Services(t)
    p = [port()]
    s.create("plain", ports=p)
    s.address("plain")
    s.create("plain", ports=p)
    s.create("chosen", clusterIP="10.0.0.12", ports=p)
    s.address("chosen")
    s.create("taken", clusterIP="10.0.0.12", ports=p)
    s.create("chosen", clusterIP="10.0.0.12", ports=p)
    s.create("network", clusterIP="10.0.0.0", ports=p)
    s.create("broadcast", clusterIP="10.0.0.255", ports=p)
    s.create("outside", clusterIP="10.77.0.1", ports=p)
    s.create("no-address", clusterIP="10.0.0.300", ports=p)
    s.create("zeros", clusterIP="10.0.0.010", ports=p)
    s.create("six", clusterIP="fd00::1", ports=p)
    s.create("mapped", clusterIP="::ffff:10.0.0.9", ports=p)
    s.create("plural-only", clusterIPs=["10.0.0.13"], ports=p)
    s.create("different", clusterIP="10.0.0.13", clusterIPs=["10.0.0.14"], ports=p)
    s.create("two-fours", clusterIP="10.0.0.13", clusterIPs=["10.0.0.13", "10.0.0.14"], ports=p)
    s.create("three", clusterIP="10.0.0.13", clusterIPs=["10.0.0.13", "fd00::1", "fd00::2"], ports=p)
    s.create("none-and-more", clusterIP="None", clusterIPs=["None", "10.0.0.14"], ports=p)
    s.create("prefer", ipFamilyPolicy="PreferDualStack", ports=p)
    s.create("require", ipFamilyPolicy="RequireDualStack", ports=p)
    s.create("family-six", ipFamilies=["IPv6"], ports=p)
    s.create("family-x", ipFamilies=["IPv5"], ports=p)
    s.create("family-twice", ipFamilies=["IPv4", "IPv4"], ports=p)
    s.create("families-single", ipFamilies=["IPv4", "IPv6"], ports=p)
    s.create("policy-x", ipFamilyPolicy="Both", ports=p)
    s.create("headless", clusterIP="None", selector={"a": "b"}, ports=p)
    s.create("headless-own", clusterIP="None", ports=p)
    s.create("headless-single", clusterIP="None", ipFamilyPolicy="SingleStack")
    s.create("headless-six", clusterIP="None", ipFamilies=["IPv6"])
    s.create("headless-six-selector", clusterIP="None", ipFamilies=["IPv6"], selector={"a": "b"})
    s.create("external", type="ExternalName", externalName="example.org")
    s.create("dry", "?dryRun=All", ports=p)
    s.create("dry-chosen", "?dryRun=All", clusterIP="10.0.0.12", ports=p)
    s.create("dry-outside", "?dryRun=All", clusterIP="10.77.0.1", ports=p)
    s.create("dry-ports", "?dryRun=All", type="NodePort", ports=[port(1, "a"), port(2, "b")])
    s.patch("plain", "another address", clusterIP="10.0.0.14")
    s.patch("plain", "no address", clusterIP="")
    s.patch("plain", "headless", clusterIP="None")
    s.put("plain", "without address", ports=p)
    s.patch("plain", "external", type="ExternalName", externalName="example.org")
    s.patch("plain", "back", type="ClusterIP", externalName=None)
    s.address("plain")
    s.patch("external", "to a chosen address", type="ClusterIP", externalName=None, clusterIP="10.0.0.15")
    s.patch("headless", "external", type="ExternalName", externalName="example.org")
    s.patch("plain", "require", ipFamilyPolicy="RequireDualStack")
    s.patch("plain", "prefer", ipFamilyPolicy="PreferDualStack")
    s.patch("prefer", "single", ipFamilyPolicy="SingleStack")
    s.ask("delete chosen", "DELETE", PATH + "/chosen")
    s.ask("its address is gone", "GET", "/apis/networking.k8s.io/v1/ipaddresses/10.0.0.12")
    s.create("again", clusterIP="10.0.0.12", ports=p)
    s.clean()


@scenario("services-ports")
def services_ports(t):
    s = Services(t)
    np = dict(type="NodePort")
    lb = dict(type="LoadBalancer")
    s.create("one", ports=[port()], **np)
    s.create("chosen", ports=[port(nodePort=30007)], **np)
    s.create("taken", ports=[port(nodePort=30007)], **np)
    s.create("outside", ports=[port(nodePort=80)], **np)
    s.create("dns", ports=[port(53, "t", protocol="TCP"), port(53, "u", protocol="UDP")], **np)
    s.create("dns-chosen", ports=[port(53, "t", protocol="TCP"), port(53, "u", protocol="UDP", nodePort=30008)], **np)
    s.create("dns-two", ports=[port(53, "t", protocol="TCP", nodePort=30009),
                               port(53, "u", protocol="UDP", nodePort=30010)], **np)
    s.create("twice", ports=[port(1, "a", nodePort=30011), port(2, "b", nodePort=30011)], **np)
    s.create("twice-udp", ports=[port(1, "a", nodePort=30011), port(2, "b", nodePort=30011, protocol="UDP")], **np)
    s.create("dry-taken", "?dryRun=All", ports=[port(nodePort=30007)], **np)
    s.create("dry-outside", "?dryRun=All", ports=[port(nodePort=80)], **np)
    s.create("lb", ports=[port()], **lb)
    s.create("lb-none", allocateLoadBalancerNodePorts=False, ports=[port()], **lb)
    s.create("lb-some", allocateLoadBalancerNodePorts=False, ports=[port(1, "a"), port(2, "b", nodePort=30012)], **lb)
    s.create("lb-local", externalTrafficPolicy="Local", ports=[port()], **lb)
    s.create("lb-local-chosen", externalTrafficPolicy="Local", healthCheckNodePort=30013, ports=[port()], **lb)
    s.create("lb-local-taken", externalTrafficPolicy="Local", healthCheckNodePort=30013, ports=[port()], **lb)
    s.create("lb-local-outside", externalTrafficPolicy="Local", healthCheckNodePort=99, ports=[port()], **lb)
    s.create("dry-local", "?dryRun=All", externalTrafficPolicy="Local", ports=[port()], **lb)
    s.put("one", "without its node port", ports=[port()], **np)
    s.put("one", "another port", ports=[port(81)], **np)
    s.put("one", "another node port", ports=[port(nodePort=30014)], **np)
    s.put("one", "a second port", ports=[port(80, "a", nodePort=30014), port(81, "b")], **np)
    s.put("one", "the same twice", ports=[port(80, "a", nodePort=30014), port(81, "b", nodePort=30014)], **np)
    s.put("one", "one taken", ports=[port(80, "a", nodePort=30014), port(81, "b", nodePort=30007)], **np)
    s.put("one", "one outside", ports=[port(80, "a", nodePort=30014), port(81, "b", nodePort=7)], **np)
    s.patch("one", "no node ports", type="ClusterIP")
    s.patch("one", "a load balancer", type="LoadBalancer")
    s.patch("one", "local", externalTrafficPolicy="Local")
    s.patch("one", "not local", externalTrafficPolicy="Cluster")
    s.patch("one", "local again", externalTrafficPolicy="Local")
    s.patch("one", "a node port alone", type="NodePort")
    s.patch("one", "external", type="ExternalName", externalName="example.org")
    s.patch("lb-local", "no node ports", type="ClusterIP")
    s.patch("lb-none", "allocated now", allocateLoadBalancerNodePorts=True)
    s.patch("lb", "allocated no more", allocateLoadBalancerNodePorts=False)
    s.ask("delete dns-two", "DELETE", PATH + "/dns-two")
    s.create("dns-again", ports=[port(nodePort=30009)], **np)
    s.clean()


@scenario("services-rules")
def services_rules(t):
    """What is refused by the rules for fields."""
    s = Services(t)
    s.create("plain", ports=[port()])
    s.create("local", type="LoadBalancer", externalTrafficPolicy="Local", ports=[port()])
    s.create("node", type="NodePort", ports=[port(nodePort=30020)])
    s.create("headless-port", type="NodePort", clusterIP="None", ports=[port()])
    s.patch("plain", "external with its address changed", type="ExternalName", externalName="a.b", clusterIP="10.0.0.14")
    s.patch("local", "another check", healthCheckNodePort=30015)
    s.patch("node", "no node port, another one", type="ClusterIP", ports=[port(nodePort=30016)])
    s.clean()


@scenario("services-dual", tags=("dual-stack",))
def services_dual(t):
    s = Services(t)
    p = [port()]
    s.create("single", ports=p)
    s.create("six", ipFamilies=["IPv6"], ports=p)
    s.create("prefer", ipFamilyPolicy="PreferDualStack", ports=p)
    s.create("prefer-six", ipFamilyPolicy="PreferDualStack", ipFamilies=["IPv6"], ports=p)
    s.create("require", ipFamilyPolicy="RequireDualStack", ports=p)
    s.create("both", ipFamilyPolicy="RequireDualStack", ipFamilies=["IPv6", "IPv4"], ports=p)
    s.create("both-single", ipFamilies=["IPv6", "IPv4"], ports=p)
    s.create("chosen-six", clusterIP="fd00::7", ports=p)
    s.create("chosen-both", ipFamilyPolicy="RequireDualStack", clusterIP="10.0.0.6", clusterIPs=["10.0.0.6", "fd00::6"], ports=p)
    s.create("chosen-one", ipFamilyPolicy="RequireDualStack", clusterIP="fd00::9", clusterIPs=["fd00::9"], ports=p)
    s.create("chosen-wrong", ipFamilies=["IPv4"], clusterIP="fd00::8", ports=p)
    s.create("chosen-taken", ipFamilyPolicy="RequireDualStack", clusterIP="10.0.0.7", clusterIPs=["10.0.0.7", "fd00::7"], ports=p)
    s.create("not-canonical", clusterIP="fd00:0::a", ports=p)
    s.address("chosen-six")
    s.create("headless", clusterIP="None", selector={"a": "b"})
    s.create("headless-prefer", clusterIP="None", selector={"a": "b"}, ipFamilyPolicy="PreferDualStack")
    s.create("dry", "?dryRun=All", ipFamilyPolicy="RequireDualStack", ports=p)
    s.patch("single", "prefer", ipFamilyPolicy="PreferDualStack")
    s.patch("single", "single again", ipFamilyPolicy="SingleStack")
    s.patch("single", "upgraded with an address", ipFamilyPolicy="RequireDualStack",
            clusterIPs=[s.t.send("GET", PATH + "/single").json["spec"]["clusterIP"], "fd00::b"])
    s.patch("single", "one family less", ipFamilies=["IPv4"])
    s.patch("single", "one address less", clusterIPs=[s.t.send("GET", PATH + "/single").json["spec"]["clusterIP"]])
    s.patch("single", "another second address", clusterIPs=[s.t.send("GET", PATH + "/single").json["spec"]["clusterIP"], "fd00::c"])
    s.patch("single", "another order", ipFamilies=["IPv6", "IPv4"])
    s.patch("six", "another family", ipFamilies=["IPv4"])
    s.patch("both", "external", type="ExternalName", externalName="example.org")
    s.patch("both", "back", type="NodePort", externalName=None)
    s.patch("headless", "prefer", ipFamilyPolicy="PreferDualStack")
    s.patch("headless-prefer", "single", ipFamilyPolicy="SingleStack")
    s.put("prefer", "without addresses", ports=p)
    s.put("require", "without addresses, single", ports=p, ipFamilyPolicy="SingleStack")
    s.clean()
