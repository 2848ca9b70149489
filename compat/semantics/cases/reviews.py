"""Reviews: who am I, what may I do."""
from harness import scenario

AUTHORIZATION = "/apis/authorization.k8s.io/v1/"
AUTHENTICATION = "/apis/authentication.k8s.io/v1/"
PODS = {"verb": "get", "resource": "pods", "namespace": "{ns}"}
PATH = {"verb": "get", "path": "/healthz"}


def review(t, label, kind, spec, namespace="", api=AUTHORIZATION, **more):
    at = f"namespaces/{namespace}/" if namespace else ""
    return t.post(label, f"{api}{at}{kind.lower()}s", {
        "apiVersion": api.split("/")[2] + "/v1", "kind": kind, "spec": spec}, **more)


@scenario("reviews")
def reviews(t):
    t.make_namespace()
    # The users of the two servers have other names.
    t.post("who am I", AUTHENTICATION + "selfsubjectreviews", {
        "apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}, keep=["kind", "apiVersion", "metadata"])
    review(t, "token of nobody", "TokenReview", {"token": "x"}, api=AUTHENTICATION, keep=["kind", "spec", "status.user"])
    review(t, "no token", "TokenReview", {}, api=AUTHENTICATION)
    review(t, "may I", "SelfSubjectAccessReview", {"resourceAttributes": PODS})
    review(t, "may I get a path", "SelfSubjectAccessReview", {"nonResourceAttributes": PATH})
    review(t, "may I what", "SelfSubjectAccessReview", {})
    review(t, "may I both", "SelfSubjectAccessReview", {"resourceAttributes": PODS, "nonResourceAttributes": PATH})
    review(t, "may they", "SubjectAccessReview", {"user": "x", "groups": ["system:masters"], "resourceAttributes": PODS})
    review(t, "may who", "SubjectAccessReview", {"resourceAttributes": PODS})
    review(t, "may they here", "LocalSubjectAccessReview", {
        "user": "x", "groups": ["system:masters"], "resourceAttributes": PODS}, "{ns}")
    review(t, "may they elsewhere", "LocalSubjectAccessReview", {
        "user": "x", "resourceAttributes": dict(PODS, namespace="default")}, "{ns}")
    review(t, "may they get a path here", "LocalSubjectAccessReview", {"user": "x", "nonResourceAttributes": PATH}, "{ns}")
    review(t, "all that I may", "SelfSubjectRulesReview", {"namespace": "{ns}"})
    review(t, "all that I may where", "SelfSubjectRulesReview", {})
    t.get("cannot be listed", AUTHORIZATION + "subjectaccessreviews")
    t.get("component statuses", "/api/v1/componentstatuses", keep=["kind", "apiVersion", "metadata"])
    t.get("the store", "/api/v1/componentstatuses/etcd-0")
