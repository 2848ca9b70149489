"""Pods in as many states as their STATUS column knows."""
from entry import DAY, HOLD, HOUR, MINUTE, Entry, ago, containers


def state(name, ready=False, restarts=0, last=None, started=None, image="x", **now):
    s = {"name": name, "ready": ready, "restartCount": restarts, "image": image, "imageID": "", "state": now}
    if last is not None:
        s["lastState"] = {"terminated": {"exitCode": 1, "finishedAt": last}}
    if started is not None:
        s["started"] = started
    return s


def ended(code=0, **more):
    return {"terminated": {"exitCode": code, **more}}


RUNNING = {"running": {"startedAt": ago(DAY)}}
READY = [{"type": "Ready", "status": "True"}]
SIDECAR = {"name": "side", "image": "side:1", "restartPolicy": "Always"}
INIT = {"name": "init", "image": "init:1"}
INIT2 = {"name": "init2", "image": "init:2"}


def pod(name, status=None, *names, init=(), meta=None, delete=False, **spec):
    # named, since not every server has the admission that would name it
    spec = {"containers": containers(*(names or ("a", "b"))), "serviceAccountName": "default", **spec}
    if init:
        spec["initContainers"] = list(init)
    return Entry("/v1/pods", name, spec, status, meta=meta, delete=delete)


def pods():
    waiting = {"waiting": {"reason": "CrashLoopBackOff"}}
    yield pod("pending")
    yield pod("gated", None, schedulingGates=[{"name": "example.com/gate"}])
    yield pod("running", {
        "phase": "Running", "podIP": "10.1.2.3", "podIPs": [{"ip": "10.1.2.3"}, {"ip": "fd00::1"}], "conditions": READY,
        "containerStatuses": [state("a", True, **RUNNING), state("b", True, 3, ago(5 * MINUTE), **RUNNING)]},
        nodeName="node-1")
    yield pod("restarted-without-time", {
        "phase": "Running", "containerStatuses": [state("a", True, 7, **RUNNING), state("b", False, **RUNNING)]})
    yield pod("restarted-long-ago", {
        "phase": "Running", "containerStatuses": [
            state("a", True, 1, ago(3 * DAY + HOUR), **RUNNING), state("b", True, 2, ago(30 * DAY), **RUNNING)]})
    yield pod("crash", {"phase": "Running", "containerStatuses": [
        state("a", True, **RUNNING), state("b", False, 12, ago(45 * MINUTE), **waiting)]})
    yield pod("waiting-without-reason", {"phase": "Pending", "containerStatuses": [
        state("a", waiting={}), state("b", waiting={"reason": "ContainerCreating"})]})
    yield pod("succeeded", {"phase": "Succeeded", "containerStatuses": [
        state("a", **ended(0, reason="Completed")), state("b", **ended(0, reason="Completed"))]})
    yield pod("failed", {"phase": "Failed", "containerStatuses": [
        state("a", **ended(0, reason="Completed")), state("b", **ended(1, reason="Error"))]})
    yield pod("evicted", {"phase": "Failed", "reason": "Evicted", "message": "The node was low on resource: memory."})
    yield pod("exit-code", {"phase": "Failed", "containerStatuses": [state("a", **ended(3)), state("b", **RUNNING)]})
    yield pod("signal", {"phase": "Failed", "containerStatuses": [
        state("a", **ended(137, signal=9)), state("b", **ended(0))]})
    yield pod("completed-and-running", {"phase": "Running", "conditions": READY, "containerStatuses": [
        state("a", **ended(0, reason="Completed")), state("b", True, **RUNNING)]})
    yield pod("completed-not-ready", {"phase": "Running", "containerStatuses": [
        state("a", **ended(0, reason="Completed")), state("b", True, **RUNNING)]})
    yield pod("completed-and-error", {"phase": "Running", "containerStatuses": [
        state("a", **ended(0, reason="Completed")), state("b", **ended(2, reason="Error"))]})
    yield pod("init-waiting", {"phase": "Pending", "initContainerStatuses": [
        state("init", **ended()), state("init2", waiting={"reason": "ImagePullBackOff"})]}, init=[INIT, INIT2])
    yield pod("init-progress", {"phase": "Pending", "initContainerStatuses": [
        state("init", **ended()), state("init2", **RUNNING)]}, init=[INIT, INIT2])
    yield pod("init-initializing", {"phase": "Pending", "initContainerStatuses": [
        state("init", waiting={"reason": "PodInitializing"}), state("init2", waiting={"reason": "PodInitializing"})]},
        init=[INIT, INIT2])
    yield pod("init-error", {"phase": "Pending", "initContainerStatuses": [
        state("init", restarts=4, last=ago(20 * MINUTE), **ended(1, reason="Error"))]}, init=[INIT])
    yield pod("init-exit", {"phase": "Pending", "initContainerStatuses": [state("init", **ended(4))]}, init=[INIT])
    yield pod("init-signal", {"phase": "Pending", "initContainerStatuses": [state("init", **ended(4, signal=15))]},
              init=[INIT])
    yield pod("sidecar", {"phase": "Running", "conditions": READY, "initContainerStatuses": [
        state("side", True, 2, ago(3 * HOUR + 5 * MINUTE), started=True, **RUNNING),
        state("init", restarts=9, last=ago(MINUTE), **ended())],
        "containerStatuses": [state("a", True, 1, ago(10 * HOUR), **RUNNING), state("b", True, **RUNNING)]},
        init=[SIDECAR, INIT])
    yield pod("sidecar-starting", {"phase": "Pending", "initContainerStatuses": [
        state("side", False, 1, ago(90), started=False, **RUNNING)]}, init=[SIDECAR, INIT])
    yield pod("init-again-while-initialized", {
        "phase": "Running", "conditions": [{"type": "Initialized", "status": "True"}],
        "initContainerStatuses": [state("init", **RUNNING)],
        "containerStatuses": [state("a", True, **RUNNING), state("b", True, **RUNNING)]}, init=[INIT])
    yield pod("gates", {"phase": "Running", "nominatedNodeName": "node-2", "conditions": [
        {"type": "example.com/one", "status": "True"}, {"type": "example.com/two", "status": "False"}]},
        readinessGates=[{"conditionType": "example.com/" + gate} for gate in ("one", "two", "three")])
    yield pod("terminating", {"phase": "Running", "containerStatuses": [state("a", True, **RUNNING)]}, "a",
              nodeName="node-1", meta=HOLD, delete=True)
    yield pod("node-lost", {"phase": "Running", "reason": "NodeLost"}, "a", nodeName="node-1", meta=HOLD, delete=True)
    yield pod("terminated", {"phase": "Succeeded", "containerStatuses": [state("a", **ended(0, reason="Completed"))]},
              "a", nodeName="node-1", meta=HOLD, delete=True)
    yield pod("html", {"phase": "Pending", "reason": "<a href=\"x\">&\u2028é\t</a>"}, "a")
