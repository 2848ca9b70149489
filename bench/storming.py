"""Runs `rheo storm` against a server that a benchmark started, and reads what it measured."""
import json
import os
import subprocess
import time

from servers import ROOT, alive, status

MB = 1_000_000


def storm(server, options, limit=None, seconds=3600):
    """One storm. Returns its exit code, its result (None if there is none) and what it printed."""
    out = os.path.join(server.folder, "storm.json")
    if os.path.exists(out):
        os.remove(out)
    pids = server.pids()
    command = [os.path.join(ROOT, "rheo"), "storm", "--kubeconfig", server.kubeconfig, "--yes", "--json", out,
               "--server-pid", str(pids.get("apiserver") or pids["rheo"])] + options
    if limit:
        command += ["--max-server-memory", limit]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=seconds)
    result = None
    if os.path.exists(out):
        with open(out, encoding="utf-8") as f:
            result = json.load(f)
    return done.returncode, result, done.stdout


def settled(pid, seconds=30):
    """Resident bytes of a process that does nothing, once they have not fallen for eleven seconds (every ten, Rheo gives
    back what it no longer needs); the smallest seen."""
    least, quiet, end = float("inf"), 0, time.monotonic() + seconds
    while alive(pid) and quiet < 44 and time.monotonic() < end:
        now = status(pid, "VmRSS") * 1024 * 1024
        quiet = quiet + 1 if now > least - MB else 0
        least = min(least, now)
        time.sleep(0.25)
    return int(least)


def size(text):
    """Bytes of a size such as 128MiB or 14GB."""
    for unit, factor in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if text.endswith(unit):
            return int(float(text[:-len(unit)]) * factor)
    return int(text)
