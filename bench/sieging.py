"""One siege: a server, an honest client, attackers, and what /proc says of the server all the while."""
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.request

from servers import CACHE, Kube, Rheo, cpu, load_generator, status

MIB = 2**20
# Accounts of what is kept for the next request, on purpose.
KEPT = "form|hot|log|snapshot|event|position|spool|index|cache"
LOAD = os.path.join(CACHE, "bench-siege")


class Besieged(Rheo):
    """Rheo with a size. `switches` are system properties that only tests know."""

    def __init__(self, folder, size, switches=()):
        super().__init__(folder)
        self.options = ["--max-memory", size]
        self.switches = switches

    def start(self, keep=False):
        before = os.environ.get("RHEO_JAVA_OPTS", "")
        os.environ["RHEO_JAVA_OPTS"] = " ".join([before, *self.switches]).strip()
        try:
            return super().start(keep)
        finally:
            os.environ["RHEO_JAVA_OPTS"] = before


    def accounts(self):
        """What requests hold, by account, as /metrics tells it; and connections and streams."""
        context = ssl._create_unverified_context()  # only our own process on loopback is asked
        self.certificate(context)
        with urllib.request.urlopen(f"https://127.0.0.1:{self.port}/metrics", timeout=20, context=context) as r:
            text = r.read().decode()
        found = re.findall(r'^rheo_(?:budget|account)_used(_bytes)?\{\w+="([^"]+)"\} (\S+)$', text, re.M)
        found += re.findall(r"^rheo_edge()_(connections|streams) (\S+)$", text, re.M)
        # A count may be larger by who asks, an amount of bytes by what that takes.
        return {name: (float(value), 65_536 if unit else 2) for unit, name, value in found if not re.search(KEPT, name)}


class BesiegedKube(Kube):
    """kube-apiserver, of the release that Rheo serves, whose garbage collector is told the same size. It is a wish: nothing
    ends the process beyond it."""
    release = "1.36"

    def __init__(self, folder, size, switches=()):
        super().__init__(folder)
        self.size = size

    def accounts(self):
        return {}

    def start(self, keep=False):
        os.environ["APISERVER_GOMEMLIMIT"] = self.size.upper() + "iB"
        try:
            return super().start(keep)
        finally:
            del os.environ["APISERVER_GOMEMLIMIT"]


def build():
    """The load generator, which is Go."""
    load_generator("./siege", os.path.basename(LOAD))


def attacks():
    """What the load generator can do, those without credentials first."""
    said = subprocess.run([LOAD, "list"], capture_output=True, text=True, check=True).stdout
    return sorted(json.loads(said), key=lambda a: not a["anonymous"])


class Sampler(threading.Thread):
    """Ten times a second: resident memory of the server's processes; and how late this very thread was, which tells how
    busy the machine is. Kills the server beyond `guard` bytes."""

    def __init__(self, guard):
        super().__init__(daemon=True)
        self.guard, self.over, self.server = guard, threading.Event(), None
        self.points, self.high, self.killed, self.late = [], 0, False, []

    def run(self):
        due = time.monotonic()
        while not self.over.wait(max(0, due - time.monotonic())):
            if time.monotonic() - due > 0.05:
                self.late.append((time.time(), time.monotonic() - due))
            due = max(due + 0.1, time.monotonic())
            pids = self.server.pids() if self.server else {}
            # etcd is not what is limited, nor what is compared.
            pid = pids.get("rheo") or pids.get("apiserver")
            if pid:
                now = status(pid, "VmRSS") * MIB
                self.points.append((time.time(), now))
                self.high = max(self.high, status(pid, "VmHWM") * MIB)
                if self.guard and now > self.guard:
                    self.killed = True
                    os.kill(pid, signal.SIGKILL)

    def between(self, begin, end):
        return max((m for t, m in self.points if begin <= t <= end), default=0)

    def late_between(self, begin, end):
        return max((l for t, l in self.late if begin <= t <= end), default=0)


class Siege:
    """Runs attacks against one server of one size. A server that ends is started again on its data, so that all attacks
    are seen, unless there is to be but one (`once`); `deaths` says during which ones it ended."""

    def __init__(self, kind, size, limit, scale=2.0, switches=(), guard=0, objects=200, say=print, once=False, niceness=10):
        self.folder = tempfile.mkdtemp(prefix="siege-")
        self.server, self.size, self.limit, self.scale = kind(self.folder, size, switches), size, limit, scale
        self.sampler, self.objects, self.say, self.once = Sampler(guard), objects, say, once
        self.deaths, self.honest, self.made, self.wrong = [], [], [], []
        self.client, self.begin = None, time.time()
        # The honest client's and the sampler's figures are of the server, not of who gets a processor first: on a machine of
        # their own the attackers would take none of the server's.
        self.nice = ["nice", "-n", str(niceness)] if niceness and shutil.which("nice") else []

    def load(self, *arguments, **more):
        return subprocess.Popen([*more.pop("nice", []), LOAD, *arguments, "-kubeconfig", self.server.kubeconfig],
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, **more)

    def main_pid(self):
        pids = self.server.pids()
        return pids.get("rheo") or pids.get("apiserver")

    def open(self, baseline):
        self.server.start()
        self.rest = self.server.accounts()
        self.sampler.server = self.server
        self.sampler.start()
        prepared = self.load("prepare", "-manifest", self.path("manifest.json"), "-objects", str(self.objects))
        if prepared.wait(300):
            raise RuntimeError("what is to be read could not be created")
        self.receive()
        self.calm = (time.time(), time.time() + baseline)
        time.sleep(baseline)

    def path(self, name):
        return os.path.join(self.folder, name)

    def receive(self):
        """An honest client begins."""
        with open(self.path("honest.log"), "ab") as log:
            self.client = self.load("honest", "-manifest", self.path("manifest.json"), stderr=log)

    def part(self, hurry=False):
        """The honest client ends, and tells what it saw; it waits for no event any more if the server is gone."""
        if self.client is None:
            return
        self.client.send_signal(signal.SIGTERM)
        if hurry:
            time.sleep(0.5)
            self.client.send_signal(signal.SIGINT)
        try:
            out, _ = self.client.communicate(timeout=120)
            self.honest.append(json.loads(out))
        except (subprocess.TimeoutExpired, ValueError):
            self.client.kill()
            self.client.wait()
            with open(self.path("honest.log"), encoding="utf-8", errors="replace") as log:
                self.wrong.append("the honest client did not tell what it saw: " + log.read().strip()[-200:])
        self.client = None

    def attack(self, together, seconds):
        """Some attacks at once, for so many seconds, and what came of it."""
        begin, names = time.time(), [a["name"] for a in together]
        before = cpu(self.main_pid() or 0)
        running = [(a, self.load("attack", "-name", a["name"], "-seconds", str(seconds), "-scale", str(self.scale),
                                 nice=self.nice, stderr=subprocess.PIPE)) for a in together]
        counts = {}
        for a, process in running:
            try:
                out, error = process.communicate(timeout=seconds + 60)
                said = json.loads(out)
                counts[a["name"]] = dict(said["counts"], connections_at_once=said["connections_at_once"])
            except (subprocess.TimeoutExpired, ValueError):
                process.kill()
                _, error = process.communicate()
                self.wrong.append(f"the attack {a['name']} did not end well: {error.strip()[-200:]}")
        pid, end = self.main_pid(), time.time()
        after = cpu(pid) if pid else None
        self.made.append({"names": names, "begin": begin, "end": end, "counts": counts,
                          "rss": self.sampler.between(begin, end),
                          "cpu_s": round(after - before, 2) if after is not None and before is not None else None})
        if pid is None:
            self.fallen(names)

    def fallen(self, names, again=True):
        code = self.server.process.poll() if isinstance(self.server, Rheo) else None
        how = f"killed at {self.sampler.guard / MIB:.0f} MiB" if self.sampler.killed else f"exit code {code}"
        self.deaths.append({"during": names, "how": how, "at": time.time()})
        self.say(f"    the server ended: {how}")
        self.part(hurry=True)
        if again and not self.once:
            self.sampler.killed = False
            self.server.stop(signal.SIGKILL)
            self.server.start(keep=True)
            self.receive()
            time.sleep(1)

    def close(self):
        """The honest client has a last look; the server is told to stop."""
        try:
            self.part()
            if not self.deaths:
                self.left_over()
            if not self.main_pid() and not (self.once and self.deaths):
                self.fallen(self.made[-1]["names"] if self.made else ["nothing"], again=False)
            begin = time.monotonic()
            self.server.stop()
            self.stopped = time.monotonic() - begin
            code = self.server.process.returncode if isinstance(self.server, Rheo) else 0
            if code and not self.deaths:
                self.wrong.append(f"the server, told to stop, ended with exit code {code}")
        finally:
            self.sampler.over.set()
            self.sampler.join(5)

    def left_over(self, seconds=20):
        """What is still held for requests though there are none any more was charged and not given back."""
        end, held, unread = time.monotonic() + seconds, {}, None
        while time.monotonic() < end and self.main_pid():
            try:
                held = {n: v for n, (v, slack) in self.server.accounts().items() if v > self.rest.get(n, (0, 0))[0] + slack}
                if not held:
                    return
            except OSError as e:
                held, unread = {}, e
            time.sleep(0.5)
        self.wrong += [f"the account {n} still holds {v:,.0f}, though nobody asks for anything; before there were {self.rest.get(n, (0, 0))[0]:,.0f}"
                       for n, v in held.items()]
        if not held and self.main_pid():
            self.wrong.append(f"{seconds} s after the last attack the accounts could not be read: {unread}")

    def remove(self):
        if self.client is not None and self.client.poll() is None:
            self.client.kill()
            self.client.wait()
        self.sampler.over.set()
        if self.main_pid():
            self.server.stop(signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def worst(self, line, key="max", begin=0.0, end=float("inf")):
        """The worst second of a line of the honest client's series, in milliseconds."""
        worst = 0.0
        for h in self.honest:
            for p in h["series"].get(line, {}).get("seconds", []):
                if begin <= h["begin"] + p["s"] + 1 and h["begin"] + p["s"] <= end:
                    worst = max(worst, p[key])
        return worst

    def slowest(self, line):
        """The slowest answer in seconds, without what this machine itself was late then, and when it came."""
        slowest, when = 0.0, 0.0
        for h in self.honest:
            for p in h["series"].get(line, {}).get("seconds", []):
                took, t = p["max"] / 1000, h["begin"] + p["s"]
                if took > slowest:
                    took -= self.sampler.late_between(t - took - 1, t + 2)
                if took > slowest:
                    slowest, when = took, t
        return slowest, when

    def total(self, key):
        return sum(h[key] for h in self.honest)

    def sum(self, key, *lines):
        return sum(h["series"][l][key] for h in self.honest for l in h["series"] if not lines or l in lines)
