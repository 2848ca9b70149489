"""What is checked, what an informer was told, and the churn that it follows."""
import itertools
import random
import subprocess
import threading
import time

PATIENCE = 60
WORKERS = 4


class Checks:
    """Counts and prints what was checked, as compat/run reads it."""

    def __init__(self):
        self.passed = self.failed = 0
        self.lock = threading.Lock()

    def that(self, text, problem=""):
        """problem: what is wrong, empty if nothing."""
        with self.lock:
            if problem:
                self.failed += 1
                print("FAIL %s: %s" % (text, problem), flush=True)
            else:
                self.passed += 1
                print("ok   %s" % text, flush=True)
        return not problem

    def equal(self, text, wanted, got):
        return self.that(text, "" if wanted == got else "wanted %r, got %r" % (wanted, got))

    def step(self, text, step, *args):
        """A step that must not throw, and returns what is wrong."""
        try:
            return self.that(text, step(*args) or "")
        except Exception as e:  # whatever the client throws is the result
            return self.that(text, "%s: %s" % (type(e).__name__, str(e)[:500]))

    def end(self):
        print("%d passed, %d failed" % (self.passed, self.failed), flush=True)
        return 1 if self.failed else 0


def key(o):
    return o.metadata.namespace + "/" + o.metadata.name


def state(o):
    """What two holders of the same version of an object agree on."""
    return (o.metadata.uid, int(o.metadata.resource_version))


def states(objects):
    return {key(o): state(o) for o in objects}


def difference(wanted, got, holder):
    for k in wanted.keys() | got.keys():
        if wanted.get(k) != got.get(k):
            return "%s: %s is %s, on the server %s" % (holder, k, got.get(k), wanted.get(k))
    return ""


class Book:
    """What one informer was told, checked as it comes."""

    relists = False  # a list may repeat what is known

    def __init__(self, name, counted, store, server):
        """counted: whether it sees all changes of all objects of the resource, so that they can be counted.

        store(): the objects that the informer holds, server(): those that the server holds."""
        self.name, self.counted, self.store, self.server = name, counted, store, server
        self.lock = threading.Lock()
        self.told, self.history, self.wrong = {}, {}, []
        self.counts = {"ADDED": 0, "MODIFIED": 0, "DELETED": 0}

    def event(self, kind, o):
        k, s = key(o), state(o)
        with self.lock:
            had = self.told.get(k)
            repeated = had == s and not (self.relists and kind == "MODIFIED")
            if had is not None and (repeated if kind != "DELETED" else had[0] != s[0]):
                self.wrong.append("%s of %s: had %s, came %s" % (kind, k, had, s))
            elif had is None and kind != "ADDED":
                self.wrong.append("%s of %s, which was not known" % (kind, k))
            elif had is not None and had[0] == s[0] and had[1] > s[1]:
                self.wrong.append("%s went back from %s to %s" % (k, had, s))
            if kind == "DELETED":
                self.told.pop(k, None)
            else:
                self.told[k] = s
            self.counts[kind] += 1
            self.history[s[0]] = self.history.get(s[0], 0) + 1

    def difference(self):
        wanted = states(self.server())
        problem = difference(wanted, states(self.store()), "store")
        with self.lock:
            return len(wanted), problem or difference(wanted, self.told, "handler")

    def miscounted(self, changes):
        with self.lock:
            bad = [(uid, n, self.history.get(uid, 0)) for uid, n in changes.items() if self.history.get(uid, 0) != n]
        return "" if not bad else "%d were not, as %s: wanted %d, got %d" % ((len(bad),) + bad[0])


class Churn:
    """Creates, updates and deletes objects, and knows what was acknowledged. Each worker has objects of its own.

    writes.put(resource, name, n, create) answers the object's uid; writes.delete(resource, name)."""

    def __init__(self, writes):
        self.writes = writes
        self.lock = threading.Lock()
        self.next = itertools.count()
        self.objects = {}
        self.acknowledged = 0

    def seed(self, count):
        for i in range(count):
            self.create(i % WORKERS)

    def run(self, meanwhile):
        """Churns while meanwhile() runs."""
        over = threading.Event()
        threads = [threading.Thread(target=self.work, args=(w, over), daemon=True) for w in range(WORKERS)]
        for t in threads:
            t.start()
        try:
            meanwhile()
        finally:
            over.set()
            for t in threads:
                t.join()

    def work(self, worker, over):
        chance = random.Random(worker)
        while not over.wait(0.02):
            mine = self.pick(worker)
            if mine is None or chance.random() < 0.3:
                self.create(worker)
            elif chance.random() < 0.3:
                self.write(mine, mine["n"], True, lambda: self.writes.delete(mine["resource"], mine["name"]))
            else:
                n = mine["n"] + 1
                self.write(mine, n, False, lambda: self.writes.put(mine["resource"], mine["name"], n, False))

    def pick(self, worker):
        with self.lock:
            return next((o for o in self.objects.values()
                         if o["worker"] == worker and not o["deleted"] and not o["unsure"]), None)

    def create(self, worker):
        i = next(self.next)
        resource = ("configmaps", "secrets")[i % 2]
        o = dict(resource=resource, name="o-%d" % i, worker=worker, n=1, uid="", changes=0, deleted=False, unsure=False)
        self.write(o, 1, False, lambda: self.writes.put(resource, o["name"], 1, True))

    def write(self, o, n, deleted, request):
        try:
            uid = request()
        except Exception:  # no answer, or a conflict after a request that was sent again
            uid, o["unsure"] = None, True
        with self.lock:
            self.objects[o["resource"] + "/" + o["name"]] = o
            if not o["unsure"]:
                self.acknowledged += 1
                o.update(n=n, deleted=deleted, changes=o["changes"] + 1, uid=uid or o["uid"])

    def changes(self, resource):
        with self.lock:
            return {o["uid"]: o["changes"] for o in self.objects.values()
                    if o["resource"] == resource and o["uid"] and not o["unsure"]}

    def missing(self):
        server = self.writes.numbers()
        for k, o in self.objects.items():
            wanted = None if o["deleted"] else str(o["n"])
            if not o["unsure"] and server.get(k) != wanted:
                return "%s: acknowledged %s, on the server %s" % (k, wanted, server.get(k))
        return ""


def course(settings, checks, churn, books):
    """Churn, then churn through each restart, and each time the informers must agree with the server."""
    churn.run(lambda: time.sleep(settings.churn))
    settle(checks, churn, books, "after churn", True)
    for i, command in enumerate(filter(None, (c.strip() for c in settings.restarts.split(";;"))), 1):
        print("     restart %d: %s" % (i, command))

        def restart():
            time.sleep(settings.churn / 2)
            subprocess.run(command, shell=True, check=True, stdin=subprocess.DEVNULL)
            time.sleep(settings.churn)

        churn.run(restart)
        when = "after restart %d" % i
        settle(checks, churn, books, when, not settings.upstream)
        checks.step(when + ": all acknowledged writes are there", churn.missing)
    print("     %d writes" % churn.acknowledged)
    for book in books:
        text = "%s: no missed or doubled event (%s)" % (
            book.name, ", ".join("%d %s" % (n, kind) for kind, n in book.counts.items()))
        checks.that(text, "; ".join(book.wrong[:3]))


def settle(checks, churn, books, when, count):
    for book in books:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                size, problem = book.difference()
            except Exception as e:
                size, problem = 0, str(e)
            if not problem or time.monotonic() > end:
                break
            time.sleep(0.1)
        checks.that("%s: %s, equals the server's %d objects" % (book.name, when, size), problem)
        if book.counted and count:
            changes = churn.changes("secrets" if "secrets" in book.name else "configmaps")
            checks.that("%s: %s, each change of %d objects was told once" % (book.name, when, len(changes)),
                        book.miscounted(changes))
