"""The tables of bench/informers."""
import os

from servers import HERE, speed

PAGE = os.path.join(os.path.dirname(HERE), "docs", "benchmarks.md")
BEGIN, END = "<!-- informers: written by bench/informers --table -->", "<!-- end of informers -->"
LABEL = {"rheo": "Rheo", "kube": "kube-apiserver"}
BASE = "rheo-fabric8"
# A peak that was looked for in fewer collections has their number beside it; one that was over before the first is not known.
FEW = 5
HEAD = ["client", "synced, s", "÷ Rheo on fabric8", "CPU, s", "peak RSS, MB", "store, MB", "peak at first sync ÷ store",
        "at a relist ÷ store", "at a relist, all changed ÷ store", "relist, s", "events/s, 1 handler", "10 handlers"]


def number(value, digits=0):
    return "–" if value is None else f"{value:,.{digits}f}"


def over(a, b, digits=2):
    return number(a / b, digits) if a is not None and b else "–"


def row(document, server, objects, subject):
    by = {e["measure"]: e for e in document["results"] if (e["server"], e["set"], e["subject"]) == (server, objects, subject)}
    base = next((e for e in document["results"] if (e["server"], e["set"], e["subject"], e["measure"]) ==
                 (server, objects, BASE, "speed")), {})
    if not by:
        return None
    quick, memory = by.get("speed", {}), by.get("memory", {})
    store = memory.get("store_bytes")
    peaks = [(memory.get("sync_peak_bytes"), memory.get("sync_collections"))] + [
        (memory.get(k, {}).get("peak_bytes"), memory.get(k, {}).get("collections")) for k in ("relist", "relist_changed")]
    return [document["subjects"][subject], number(quick.get("seconds"), 2), over(quick.get("seconds"), base.get("seconds")),
            number(quick.get("client_cpu_s"), 1), number(quick.get("median_rss_mb")), number(store and store / 1e6),
            *(over(bytes_ if seen else None, store) + (f" ({seen})" if seen and seen < FEW else "") for bytes_, seen in peaks),
            number(by.get("events-1", {}).get("relist_s"), 1), number(by.get("events-1", {}).get("events_per_s")),
            number(by.get("events-10", {}).get("events_per_s"))]


def render(document):
    m, c = document["machine"], document["clients"]
    lines = [f"{m['date']}, commit {m['commit']}; {m['cores']} cores of {m['cpu']}, {m['memory_mb'] / 1024:.0f} GB of memory, Linux "
             f"{m['kernel']}; load average at the start {m['load_average_at_start'][0]}{speed(m)}.", "",
             f"- clients: fabric8 {c['kubernetes-client']}, client-java {c['client-java']}, client-go {c['client-go']}; {c['Java']}; {c['Go']}"]
    lines += [f"- {LABEL[k]}: {v}" for k, v in document["servers"].items()]
    for server in document["servers"]:
        for kind, objects in document["sets"].items():
            rows = [r for r in (row(document, server, kind, s) for s in document["subjects"]) if r]
            if not rows:
                continue
            lines += ["", f"{objects['count']:,} {kind} of {objects['size']:,} B, {LABEL[server]}, `-Xmx{objects['heap']}`:", "",
                      "| " + " | ".join(HEAD) + " |", "|---|" + "---:|" * (len(HEAD) - 1)]
            lines += ["| " + " | ".join(r) + " |" for r in rows]
            lines += notes(document, server, kind)
    return "\n".join(lines)


def notes(document, server, kind):
    mine = [e for e in document["results"] if (e["server"], e["set"]) == (server, kind)]
    lines = [""]
    for e in mine:
        if e["subject"] == "proxy":
            lines.append(f"The proxy lets through {e['proxy']['mb_per_s']:,} MB/s to a reader that only verifies, the server without it "
                         f"{e['direct']['mb_per_s']:,} MB/s: {e['proxy']['seconds']:.1f} and {e['direct']['seconds']:.1f} s for all.")
    for e in mine:
        if "error" in e:
            text = e["error"].replace("|", "/").replace("\n", " ")
            lines.append(f"- {document['subjects'][e['subject']]}, {e['measure']}: failed: {text}")
    return lines


def write(document):
    """Puts the tables into docs/benchmarks.md, between the lines that mark the place."""
    with open(PAGE, encoding="utf-8") as f:
        before, rest = f.read().split(BEGIN)
    with open(PAGE, "w", encoding="utf-8") as f:
        f.write(before + BEGIN + "\n" + render(document) + "\n" + END + rest.split(END)[1])
