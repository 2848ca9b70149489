"""The servers that the benchmarks start, one at a time, on loopback and with fresh data, and what /proc tells of them."""
import base64
import os
import platform
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
CACHE = os.environ.get("RHEO_CACHE") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "rheo")
PEERS = os.environ.setdefault("PEERS", os.path.join(CACHE, "peers"))
TICK = os.sysconf("SC_CLK_TCK")


def status(pid, key):
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as f:
            m = re.search(rf"^{key}:\s+(\d+) kB", f.read(), re.M)
            return int(m.group(1)) / 1024 if m else 0.0
    except OSError:
        return 0.0


def cpu(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK
    except OSError:
        return None


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
            return f.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """A server under test. start() returns the seconds from the first process's start to a green /readyz."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.kubeconfig = os.path.join(folder, "kubeconfig")

    def wait_ready(self, process, seconds=180):
        context = ssl._create_unverified_context()  # only the readiness of our own process on loopback is asked
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if process.poll() not in (None, 0):
                raise RuntimeError(f"{self.name} ended with {process.returncode} at its start; see {self.folder}")
            try:
                request = urllib.request.Request(f"https://127.0.0.1:{self.port}/readyz", headers=self.headers)
                with urllib.request.urlopen(request, timeout=2, context=context) as r:
                    if r.status == 200:
                        return
            except OSError:
                pass
            time.sleep(0.02)
        raise RuntimeError(f"{self.name} did not become ready")

    def certificate(self, context):
        """The administrator's certificate, out of the kubeconfig that the server wrote."""
        with open(self.kubeconfig, encoding="utf-8") as f:
            text = f.read()
        path = os.path.join(self.folder, "admin.pem")
        with open(path, "wb") as f:
            for key in ("client-certificate-data", "client-key-data"):
                f.write(base64.b64decode(re.search(rf'{key}"?:\s*"?([A-Za-z0-9+/=]+)', text).group(1)) + b"\n")
        context.load_cert_chain(path)

    def restart(self, sig):
        self.stop(sig)
        return self.start(keep=True)

    @staticmethod
    def end(pid, sig, seconds=60):
        try:
            os.kill(pid, sig)
        except ProcessLookupError:
            return
        end = time.monotonic() + seconds
        while alive(pid) and time.monotonic() < end:
            time.sleep(0.02)
        if alive(pid):
            os.kill(pid, signal.SIGKILL)


class Rheo(Server):
    name, label, headers = "rheo", "Rheo", {}
    options = []

    def start(self, keep=False):
        data = os.path.join(self.folder, "rheo-data")
        if not keep:
            shutil.rmtree(data, ignore_errors=True)
        command = [os.path.join(ROOT, "rheo"), "serve", "--data", data, "--listen", f"127.0.0.1:{self.port}",
                   "--kubeconfig", self.kubeconfig] + self.options + os.environ.get("RHEO_SERVE_OPTIONS", "").split()
        begin = time.monotonic()
        with open(os.path.join(self.folder, "rheo.log"), "ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self.wait_ready(self.process)
        return round(time.monotonic() - begin, 3)

    def pids(self):
        # The launcher becomes the JVM: one process.
        return {"rheo": self.process.pid} if self.process.poll() is None else {}

    def stop(self, sig=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(sig)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    @staticmethod
    def prepare():
        # Builds the distribution if need be, and makes the AOT cache where the first start does that.
        subprocess.run([os.path.join(ROOT, "rheo"), "version"], check=True, stdout=subprocess.DEVNULL)
        with tempfile.TemporaryDirectory(prefix="rheo-bench") as folder:
            server = Rheo(folder)
            try:
                server.start()
            finally:
                server.stop()

    @staticmethod
    def version():
        said = subprocess.run([os.path.join(ROOT, "rheo"), "version"], capture_output=True, text=True).stdout
        return ", ".join(said.splitlines())


class Kube(Server):
    name, label, headers = "kube", "kube-apiserver 1.36.3 + etcd 3.6.12", {"Authorization": "Bearer peer-admin"}
    binary, release = "kube-apiserver", "1.36.3"

    def start(self, keep=False):
        environment = dict(os.environ, PORT=str(self.port), ETCD_PORT=str(self.etcd_port()), KEEP="1" if keep else "0",
                           KUBE_APISERVER=self.binary)
        begin = time.monotonic()
        with open(os.path.join(self.folder, "up.log"), "ab") as log:
            process = subprocess.Popen([os.path.join(HERE, "peers", "up"), self.folder], env=environment, stdout=log,
                                       stderr=log, stdin=subprocess.DEVNULL)
        self.wait_ready(process)
        seconds = round(time.monotonic() - begin, 3)
        process.wait()
        return seconds

    def etcd_port(self):
        if not hasattr(self, "_etcd_port"):
            self._etcd_port = free_port()
        return self._etcd_port

    def pids(self):
        out = {}
        for name in ("apiserver", "etcd"):
            try:
                with open(os.path.join(self.folder, name + ".pid"), encoding="ascii") as f:
                    pid = int(f.read())
            except (OSError, ValueError):
                continue
            if alive(pid):
                out[name] = pid
        return out

    def stop(self, sig=signal.SIGTERM):
        for pid in self.pids().values():
            self.end(pid, sig)

    @classmethod
    def prepare(cls):
        subprocess.run([os.path.join(HERE, "peers", "build"), "etcd", cls.binary], check=True,
                       stdout=subprocess.DEVNULL)

    @classmethod
    def version(cls):
        return f"kube-apiserver v{cls.release}, etcd 3.6.12, both built with " + subprocess.run(
            ["go", "env", "GOVERSION"], capture_output=True, text=True).stdout.strip()


class RheoWithoutWatchList(Rheo):
    name, label = "rheo-list", "Rheo, WatchList=false"
    options = ["--feature-gates", "WatchList=false"]


class OldKube(Kube):
    """The last release that assembles a whole list before it sends the first byte."""
    name, label = "kube-1.32", "kube-apiserver 1.32.2 + etcd 3.6.12"
    binary, release = "kube-apiserver-1.32", "1.32.2"


def machine():
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as f:
        model = re.search(r"model name\s*:\s*(.+)", f.read())
    with open("/proc/meminfo", encoding="ascii") as f:
        memory = int(re.search(r"MemTotal:\s+(\d+)", f.read()).group(1)) // 1024
    commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    return {"cpu": model.group(1) if model else platform.machine(), "cores": os.cpu_count(), "memory_mb": memory,
            "kernel": platform.release(), "commit": commit.stdout.strip(),
            "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
            "load_average_at_start": [round(x, 2) for x in os.getloadavg()]}
