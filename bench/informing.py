"""Runs informers for bench/informers, each in a process of its own, and the proxy between them and the server."""
import json
import os
import shutil
import signal
import subprocess
import threading
import urllib.request

from servers import CACHE, HERE, ROOT, cpu, said, status

JAVA = os.path.join(HERE, "informing", "java")


class Subject:
    """A client. `stripped`: Rheo's own headers do not reach it, so that the server is to it one like any other."""

    def __init__(self, name, label, program="java", argument=None, stripped=False):
        self.name, self.label, self.program, self.argument, self.stripped = name, label, program, argument or name, stripped


SUBJECTS = [
    Subject("rheo-fabric8", "Rheo's informers on fabric8's client"),
    Subject("rheo-fabric8-plain", "the same, without Rheo's headers", argument="rheo-fabric8", stripped=True),
    Subject("rheo-bytes", "Rheo's informers on the JDK's client, kept as bytes"),
    Subject("rheo-compressed", "the same, compressed"),
    Subject("fabric8", "fabric8, list and watch (its default)"),
    Subject("fabric8-watchlist", "fabric8, `watchList=true`"),
    Subject("client-java", "client-java"),
    Subject("client-go", "client-go, JSON", program="go"),
    Subject("client-go-protobuf", "client-go, protobuf (its default)", program="go"),
]


def build():
    """Builds the programs. Returns what they are, in words."""
    os.makedirs(CACHE, exist_ok=True)
    go = os.path.join(CACHE, "bench-informing")
    subprocess.run(["go", "build", "-o", go, "."], cwd=os.path.join(HERE, "informing", "go"), check=True,
                   env=dict(os.environ, CGO_ENABLED="0"))
    home = said(os.path.join(ROOT, "rheo"), "--print-java-home").strip()
    Client.programs = {"go": go, "java": os.path.join(home, "bin", "java")}
    if os.environ.get("RHEO_BUILD") != "off":  # as the launcher does
        # Else libraries of other versions would stay.
        shutil.rmtree(os.path.join(JAVA, "target", "lib"), ignore_errors=True)
        subprocess.run(["mvn", "-B", "-q", "-ntp", "-f", os.path.join(ROOT, "pom.xml"), "-Pbench", "-pl", "bench/informing/java", "-am",
                        "package", "-DskipTests", "-Dspotless.check.skip"], check=True, env=dict(os.environ, JAVA_HOME=home))
    jars = os.listdir(os.path.join(JAVA, "target", "lib"))
    told = {name: next(j[len(name) + 1:-len(".jar")] for j in jars if j.startswith(name + "-") and j[len(name) + 1].isdigit())
            for name in ("kubernetes-client", "client-java")}
    modules = said("go", "version", "-m", go)
    told["client-go"] = next(line.split()[2].lstrip("v") for line in modules.splitlines() if "k8s.io/client-go\t" in line)
    told["Java"] = subprocess.run([Client.programs["java"], "-version"], stderr=subprocess.PIPE, text=True).stderr.splitlines()[1]
    told["Go"] = said("go", "version").split()[2]
    return told


class Proxy:
    """load proxy, of which bench/load/proxy.go tells what it can be asked."""

    def __init__(self, program, kubeconfig, folder):
        self.process = subprocess.Popen([program, "proxy", "-kubeconfig", kubeconfig], stdout=subprocess.PIPE,
                                        stdin=subprocess.DEVNULL, text=True)
        self.address = "http://" + self.process.stdout.readline().strip()
        self.kubeconfig = os.path.join(folder, "proxy.kubeconfig")
        with open(self.kubeconfig, "w", encoding="utf-8") as f:
            f.write(f"clusters:\n- cluster:\n    server: {self.address}\n")

    def order(self, what):
        """Returns when it was obeyed, in seconds since 1970."""
        with urllib.request.urlopen(urllib.request.Request(f"{self.address}/-/{what}", method="POST"), timeout=60) as r:
            return float(r.read())

    def figures(self):
        with urllib.request.urlopen(f"{self.address}/-/figures", timeout=60) as r:
            return json.load(r)

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


class Trouble(Exception):
    """A client did not do what it was asked to; the message says what."""


class Client:
    """A process with one informer. dev.rheo.bench.Main says what it can be asked."""
    programs = {}
    seconds = 900

    def __init__(self, subject, proxy, kind, heap, handlers=1, collect=False):
        self.collects = collect
        program = self.programs[subject.program]
        if subject.program == "java":
            jars = os.path.join(JAVA, "target", "lib", "*")
            command = [program, f"-Xmx{heap}"] + (["-XX:+UseSerialGC"] if collect else []) + [
                "-cp", os.path.join(JAVA, "target", "classes") + ":" + jars, "dev.rheo.bench.Main", subject.argument, proxy.address,
                kind, str(handlers), "collect" if collect else "free"]
        else:
            command = [program, "-subject", subject.argument, "-server", proxy.address, "-kind", kind, "-handlers", str(handlers)] + (
                ["-collect"] if collect else [])
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.said = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        for line in self.process.stderr:
            if len(self.said) < 20 and not line.startswith("WARNING: "):
                self.said.append(line.strip())

    def ask(self, order):
        timer = threading.Timer(self.seconds, self.process.kill)
        timer.start()
        try:
            self.process.stdin.write(order + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            timer.cancel()
        if not line:
            raise Trouble(f"it ended at '{order}': " + " ".join(self.said)[:300])
        return json.loads(line)

    def cpu(self):
        return cpu(self.process.pid)

    def peak_rss_mb(self):
        return round(status(self.process.pid, "VmHWM"), 1)

    def close(self):
        self.process.kill()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
