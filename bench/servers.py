"""The servers that the benchmarks start, one at a time, on loopback and with fresh data, and what /proc tells of them."""
import base64
import json
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


def waits(pid):
    """How often the threads of a process that live now have given up their processor to wait for something."""
    total = 0
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            try:
                with open(f"/proc/{pid}/task/{task}/status", encoding="ascii", errors="replace") as f:
                    total += int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", f.read(), re.M).group(1))
            except OSError:
                pass
    except OSError:
        pass
    return total


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
    ready_seconds = 600  # a million objects take their time

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.kubeconfig = os.path.join(folder, "kubeconfig")

    def wait_ready(self, process):
        context = ssl._create_unverified_context()  # only the readiness of our own process on loopback is asked
        end = time.monotonic() + self.ready_seconds
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
    checkout = ROOT
    options = []
    # As beside a kube-apiserver alone: the objects of the benchmarks have owners that never were.
    controllers = ["--controllers=*,-garbage-collector-controller"]

    def start(self, keep=False):
        data = os.path.join(self.folder, "rheo-data")
        if not keep:
            shutil.rmtree(data, ignore_errors=True)
        command = [os.path.join(self.checkout, "rheo"), "serve", "--data", data, "--listen", f"127.0.0.1:{self.port}",
                   "--kubeconfig", self.kubeconfig] + self.controllers + self.options + os.environ.get("RHEO_SERVE_OPTIONS", "").split()
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

    @classmethod
    def prepare(cls):
        # Builds the distribution if need be, and makes the AOT cache where the first start does that.
        subprocess.run([os.path.join(cls.checkout, "rheo"), "version"], check=True, stdout=subprocess.DEVNULL)
        with tempfile.TemporaryDirectory(prefix="rheo-bench") as folder:
            server = Rheo(folder)
            server.checkout = cls.checkout
            try:
                server.start()
            finally:
                server.stop()

    @classmethod
    def version(cls):
        said = subprocess.run([os.path.join(cls.checkout, "rheo"), "version"], capture_output=True, text=True).stdout
        return ", ".join(said.splitlines())


class RheoOnEtcd(Rheo):
    """On an etcd of its own, the one that runs beside kube-apiserver, with the same options."""
    name, label = "rheo-etcd", "Rheo on etcd"
    etcd = None

    def start(self, keep=False):
        begin = time.monotonic()
        if self.etcd is None or self.etcd.poll() is not None:
            data = os.path.join(self.folder, "etcd-data")
            if not keep:
                shutil.rmtree(data, ignore_errors=True)
            self.etcd_url = f"http://127.0.0.1:{free_port()}"
            with open(os.path.join(self.folder, "etcd.log"), "ab") as log:
                self.etcd = subprocess.Popen(
                    [self.etcd_program, "--data-dir", data, "--log-level", "error", "--quota-backend-bytes=8589934592",
                     "--listen-client-urls", self.etcd_url, "--advertise-client-urls", self.etcd_url,
                     "--listen-peer-urls", f"http://127.0.0.1:{free_port()}"], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self.options = [*type(self).options, "--store", "etcd", "--etcd-servers", self.etcd_url]
        super().start(keep)
        return round(time.monotonic() - begin, 3)

    def pids(self):
        alone = {"etcd": self.etcd.pid} if self.etcd and self.etcd.poll() is None else {}
        return {**super().pids(), **alone}

    def stop(self, sig=signal.SIGTERM):
        super().stop(sig)
        if self.etcd and self.etcd.poll() is None:
            self.end(self.etcd.pid, sig)
            self.etcd.wait()

    def restart_alone(self):
        Rheo.stop(self)
        return Rheo.start(self, keep=True)

    def second(self):
        """Another server on the same etcd, with the same authority."""
        folder = os.path.join(self.folder, "second")
        os.makedirs(os.path.join(folder, "rheo-data"))
        shutil.copytree(os.path.join(self.folder, "rheo-data", "pki"), os.path.join(folder, "rheo-data", "pki"))
        other = Rheo(folder)
        other.options = self.options
        other.start(keep=True)
        return other

    @classmethod
    def prepare(cls):
        super().prepare()
        cls.etcd_program = said(os.path.join(HERE, "peers", "build"), Kube.release).split()[0]
        cls.etcd_version = said(cls.etcd_program, "--version").splitlines()[0].split()[-1]
        cls.label = f"Rheo on etcd {cls.etcd_version}"

    @classmethod
    def version(cls):
        return f"{super().version()}, etcd {cls.etcd_version}"


class OtherRheo(Rheo):
    """Another checkout's, to compare with: run sets it."""
    name, label, checkout = "rheo-before", "Rheo before", None
    controllers = []  # An older one does not know the option.

    @classmethod
    def version(cls):
        return f"{super().version()}, commit {commit(cls.checkout)}"


class Kube(Server):
    """`release` is what bench/peers calls it. prepare() tells the programs, and they their versions."""
    name, label, headers = "kube", "kube-apiserver + etcd", {"Authorization": "Bearer peer-admin"}
    release, programs = "1.37", None

    def start(self, keep=False):
        environment = dict(os.environ, PORT=str(self.port), ETCD_PORT=str(self.etcd_port()), KEEP="1" if keep else "0",
                           RELEASE=self.release, READY_SECONDS=str(self.ready_seconds))
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

    def restart_alone(self):
        """kube-apiserver without its etcd."""
        pid = self.pids()["apiserver"]
        with open(f"/proc/{pid}/cmdline", "rb") as f:
            command = f.read().split(b"\0")[:-1]
        self.end(pid, signal.SIGTERM)
        begin = time.monotonic()
        with open(os.path.join(self.folder, "apiserver.log"), "ab") as log:
            process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        with open(os.path.join(self.folder, "apiserver.pid"), "w", encoding="ascii") as f:
            f.write(str(process.pid))
        self.wait_ready(process)
        return round(time.monotonic() - begin, 3)

    @classmethod
    def prepare(cls):
        etcd, apiserver = said(os.path.join(HERE, "peers", "build"), cls.release).split()
        cls.programs = {"kube-apiserver": said(apiserver, "--version").split()[-1].lstrip("v"),
                        "etcd": said(etcd, "--version").splitlines()[0].split()[-1]}
        cls.label = " + ".join(f"{name} {version}" for name, version in cls.programs.items())
        cls.built = " and ".join(sorted({said("go", "version", program).split()[-1] for program in (etcd, apiserver)}))

    @classmethod
    def version(cls):
        return f"kube-apiserver v{cls.programs['kube-apiserver']}, etcd {cls.programs['etcd']}, built with {cls.built}"


class ServedKube(Kube):
    """The release that Rheo serves."""
    name, release = "kube-1.36", "1.36"


class RheoWithoutWatchList(Rheo):
    name, label = "rheo-list", "Rheo, WatchList=false"
    options = ["--feature-gates", "WatchList=false"]


class OldKube(Kube):
    """The last release that assembles a whole list before it sends the first byte."""
    name, release = "kube-1.32", "1.32"


def said(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def commit(checkout):
    return subprocess.run(["git", "-C", checkout, "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()


def load_generator(package=".", name="bench-load"):
    """Builds a program of bench/load and returns its path."""
    if not shutil.which("go"):
        raise SystemExit("bench: Go 1.26 is needed to build bench/load, and is not on the PATH")
    os.makedirs(CACHE, exist_ok=True)
    path = os.path.join(CACHE, name)
    subprocess.run(["go", "build", "-o", path, package], cwd=os.path.join(HERE, "load"), check=True,
                   env=dict(os.environ, CGO_ENABLED="0"))
    return path


def machine():
    """What a result was measured on, and by which its figures can be compared with those of another machine."""
    load = [round(x, 2) for x in os.getloadavg()]
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as f:
        model = re.search(r"model name\s*:\s*(.+)", f.read())
    with open("/proc/meminfo", encoding="ascii") as f:
        memory = int(re.search(r"MemTotal:\s+(\d+)", f.read()).group(1)) // 1024
    return {"cpu": model.group(1) if model else platform.machine(), "cores": os.cpu_count(), "memory_mb": memory,
            "kernel": platform.release(), "commit": commit(ROOT), "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
            "load_average_at_start": load, "aes_gcm_gb_per_s": json.loads(said(load_generator(), "aesgcm"))["result"]}


def speed(of):
    """The AES-GCM of a machine() in words; older results do not have it."""
    figures = of.get("aes_gcm_gb_per_s")
    return f"; AES-256-GCM on one core {figures['256']:.2f} GB/s" if figures else ""
