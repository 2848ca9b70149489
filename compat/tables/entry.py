"""What an object is that the tables are compared by, and the parts that several have."""
import datetime

NAMESPACE = "tables"
LABEL = "tables=golden"


class Entry:
    """What to send: `resource` is "group/version/plural" ("/v1/pods" in the core group)."""

    def __init__(self, resource, name, spec=None, status=None, delete=False, cluster=False, meta=None, **top):
        self.resource, self.name, self.status, self.delete = resource, name, status, delete
        self.approval = None  # the status given to /approval, which comes before
        self.namespace = None if cluster else NAMESPACE
        meta = dict(meta or {})
        meta["labels"] = {"tables": "golden", **meta.get("labels", {})}
        self.body = {"metadata": {"name": name, **meta}, **top}
        if spec is not None:
            self.body["spec"] = spec

    @property
    def collection(self):
        group, version, plural = self.resource.rsplit("/", 2)
        root = "/apis/" + group + "/" + version if group else "/api/" + version
        return root + ("/namespaces/" + self.namespace if self.namespace else "") + "/" + plural


def ago(seconds):
    return Moment(-seconds, False)


def ago_micro(seconds):
    return Moment(-seconds, True)


class Moment:
    def __init__(self, seconds, micro):
        self.seconds, self.micro = seconds, micro

    def text(self, now):
        moment = now + datetime.timedelta(seconds=self.seconds)
        return moment.strftime("%Y-%m-%dT%H:%M:%S.000000Z" if self.micro else "%Y-%m-%dT%H:%M:%SZ")


def settle(value, now):
    """The tree with its moments as times, which JSON can hold."""
    if isinstance(value, Moment):
        return value.text(now)
    if isinstance(value, dict):
        return {key: settle(member, now) for key, member in value.items()}
    if isinstance(value, list):
        return [settle(element, now) for element in value]
    return value


HOLD = {"finalizers": ["example.com/hold"]}
MINUTE, HOUR, DAY = 60, 3600, 86400


def containers(*names):
    return [{"name": name, "image": "registry.example.com/" + name + ":v1"} for name in names]


def template(*names, labels=None, **spec):
    return {"metadata": {"labels": labels or {"app": "web"}}, "spec": {"containers": containers(*names), **spec}}
