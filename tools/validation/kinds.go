package main

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/install"
	"k8s.io/apiextensions-apiserver/pkg/registry/customresourcedefinition"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/authorization/authorizerfactory"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/client-go/kubernetes/fake"

	"k8s.io/kubernetes/pkg/api/legacyscheme"
	_ "k8s.io/kubernetes/pkg/apis/admissionregistration/install"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	_ "k8s.io/kubernetes/pkg/apis/autoscaling/install"
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	_ "k8s.io/kubernetes/pkg/apis/certificates/install"
	_ "k8s.io/kubernetes/pkg/apis/coordination/install"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	_ "k8s.io/kubernetes/pkg/apis/discovery/install"
	_ "k8s.io/kubernetes/pkg/apis/events/install"
	_ "k8s.io/kubernetes/pkg/apis/flowcontrol/install"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	_ "k8s.io/kubernetes/pkg/apis/node/install"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	_ "k8s.io/kubernetes/pkg/apis/rbac/install"
	_ "k8s.io/kubernetes/pkg/apis/resource/install"
	_ "k8s.io/kubernetes/pkg/apis/scheduling/install"
	_ "k8s.io/kubernetes/pkg/apis/storage/install"

	"k8s.io/kubernetes/pkg/registry/admissionregistration/mutatingadmissionpolicy"
	"k8s.io/kubernetes/pkg/registry/admissionregistration/mutatingadmissionpolicybinding"
	"k8s.io/kubernetes/pkg/registry/admissionregistration/mutatingwebhookconfiguration"
	"k8s.io/kubernetes/pkg/registry/admissionregistration/resolver"
	"k8s.io/kubernetes/pkg/registry/admissionregistration/validatingadmissionpolicy"
	"k8s.io/kubernetes/pkg/registry/admissionregistration/validatingadmissionpolicybinding"
	"k8s.io/kubernetes/pkg/registry/admissionregistration/validatingwebhookconfiguration"
	"k8s.io/kubernetes/pkg/registry/apps/controllerrevision"
	"k8s.io/kubernetes/pkg/registry/apps/daemonset"
	"k8s.io/kubernetes/pkg/registry/apps/deployment"
	"k8s.io/kubernetes/pkg/registry/apps/replicaset"
	"k8s.io/kubernetes/pkg/registry/apps/statefulset"
	"k8s.io/kubernetes/pkg/registry/autoscaling/horizontalpodautoscaler"
	"k8s.io/kubernetes/pkg/registry/batch/cronjob"
	"k8s.io/kubernetes/pkg/registry/batch/job"
	"k8s.io/kubernetes/pkg/registry/certificates/certificates"
	"k8s.io/kubernetes/pkg/registry/coordination/lease"
	"k8s.io/kubernetes/pkg/registry/core/configmap"
	"k8s.io/kubernetes/pkg/registry/core/endpoint"
	"k8s.io/kubernetes/pkg/registry/core/event"
	"k8s.io/kubernetes/pkg/registry/core/limitrange"
	"k8s.io/kubernetes/pkg/registry/core/namespace"
	"k8s.io/kubernetes/pkg/registry/core/node"
	"k8s.io/kubernetes/pkg/registry/core/persistentvolume"
	"k8s.io/kubernetes/pkg/registry/core/persistentvolumeclaim"
	"k8s.io/kubernetes/pkg/registry/core/pod"
	"k8s.io/kubernetes/pkg/registry/core/podtemplate"
	"k8s.io/kubernetes/pkg/registry/core/replicationcontroller"
	"k8s.io/kubernetes/pkg/registry/core/resourcequota"
	"k8s.io/kubernetes/pkg/registry/core/secret"
	"k8s.io/kubernetes/pkg/registry/core/service"
	"k8s.io/kubernetes/pkg/registry/core/serviceaccount"
	"k8s.io/kubernetes/pkg/registry/discovery/endpointslice"
	"k8s.io/kubernetes/pkg/registry/flowcontrol/flowschema"
	"k8s.io/kubernetes/pkg/registry/flowcontrol/prioritylevelconfiguration"
	"k8s.io/kubernetes/pkg/registry/networking/ingress"
	"k8s.io/kubernetes/pkg/registry/networking/ingressclass"
	"k8s.io/kubernetes/pkg/registry/networking/ipaddress"
	"k8s.io/kubernetes/pkg/registry/networking/networkpolicy"
	"k8s.io/kubernetes/pkg/registry/networking/servicecidr"
	"k8s.io/kubernetes/pkg/registry/node/runtimeclass"
	"k8s.io/kubernetes/pkg/registry/policy/poddisruptionbudget"
	"k8s.io/kubernetes/pkg/registry/rbac/clusterrole"
	"k8s.io/kubernetes/pkg/registry/rbac/clusterrolebinding"
	"k8s.io/kubernetes/pkg/registry/rbac/role"
	"k8s.io/kubernetes/pkg/registry/rbac/rolebinding"
	"k8s.io/kubernetes/pkg/registry/resource/deviceclass"
	"k8s.io/kubernetes/pkg/registry/resource/resourceclaim"
	"k8s.io/kubernetes/pkg/registry/resource/resourceclaimtemplate"
	"k8s.io/kubernetes/pkg/registry/resource/resourceslice"
	"k8s.io/kubernetes/pkg/registry/scheduling/priorityclass"
	"k8s.io/kubernetes/pkg/registry/storage/csidriver"
	"k8s.io/kubernetes/pkg/registry/storage/csinode"
	"k8s.io/kubernetes/pkg/registry/storage/csistoragecapacity"
	"k8s.io/kubernetes/pkg/registry/storage/storageclass"
	"k8s.io/kubernetes/pkg/registry/storage/volumeattachment"
	"k8s.io/kubernetes/pkg/registry/storage/volumeattributesclass"
)

// kind is one kind in one version, with the strategies that judge it.
type kind struct {
	gvk        schema.GroupVersionKind
	resource   string
	namespaced bool
	create     rest.RESTCreateStrategy
	updates    map[string]rest.RESTUpdateStrategy // by operation: update, update/status, …
	most       int                                // vectors of one base and operation
	ratchets   bool                               // bases that are refused are stored all the same, and updated
}

// file is the name of the file of vectors: pods.v1, deployments.v1.apps.
func (k *kind) file() string {
	name := k.resource + "." + k.gvk.Version
	if k.gvk.Group != "" {
		name += "." + k.gvk.Group
	}
	return name
}

var kinds = map[string]*kind{}

type strategy interface {
	rest.RESTCreateStrategy
	rest.RESTUpdateStrategy
}

const (
	all  = 350
	many = 351 // of definitions, whose schemas are vectors of their own: see schemas.go
	some = 349 // of kinds that contain a pod's spec, which has vectors of its own: few of these are below it
)

func add(apiVersion, name, resource string, most int, main strategy, more ...any) {
	gv, err := schema.ParseGroupVersion(apiVersion)
	if err != nil {
		panic(err)
	}
	k := &kind{
		gvk: gv.WithKind(name), resource: resource, namespaced: main.NamespaceScoped(), create: main, most: most,
		updates: map[string]rest.RESTUpdateStrategy{"update": main},
	}
	for i := 0; i < len(more); i += 2 {
		k.updates["update/"+more[i].(string)] = more[i+1].(rest.RESTUpdateStrategy)
	}
	kinds[apiVersion+" "+name] = k
}

func init() {
	// What the strategies would look up: a namespace in which everything is allowed.
	namespaces := fake.NewSimpleClientset(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
		Name: "default", Labels: map[string]string{"resource.kubernetes.io/admin-access": "true"},
	}}).CoreV1().Namespaces()
	anyResource := resolver.ResourceResolverFunc(func(schema.GroupVersionKind) (schema.GroupVersionResource, error) {
		return schema.GroupVersionResource{}, nil
	})

	install.Install(legacyscheme.Scheme)
	add("apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", many,
		customresourcedefinition.NewStrategy(legacyscheme.Scheme), "status", customresourcedefinition.NewStatusStrategy(legacyscheme.Scheme))
	kinds["apiextensions.k8s.io/v1 CustomResourceDefinition"].ratchets = true

	add("v1", "ConfigMap", "configmaps", all, configmap.Strategy)
	add("v1", "Endpoints", "endpoints", all, endpoint.Strategy)
	add("v1", "Event", "events", all, event.Strategy)
	add("events.k8s.io/v1", "Event", "events", all, event.Strategy)
	add("v1", "LimitRange", "limitranges", all, limitrange.Strategy)
	add("v1", "Namespace", "namespaces", all, namespace.Strategy, "status", namespace.StatusStrategy, "finalize", namespace.FinalizeStrategy)
	add("v1", "Node", "nodes", all, node.Strategy, "status", node.StatusStrategy)
	add("v1", "PersistentVolume", "persistentvolumes", all, persistentvolume.Strategy, "status", persistentvolume.StatusStrategy)
	add("v1", "PersistentVolumeClaim", "persistentvolumeclaims", all, persistentvolumeclaim.Strategy, "status", persistentvolumeclaim.StatusStrategy)
	add("v1", "Pod", "pods", all, pod.Strategy, "status", pod.StatusStrategy, "ephemeralcontainers", pod.EphemeralContainersStrategy, "resize", pod.ResizeStrategy)
	add("v1", "PodTemplate", "podtemplates", some, podtemplate.Strategy)
	add("v1", "ReplicationController", "replicationcontrollers", some, replicationcontroller.Strategy, "status", replicationcontroller.StatusStrategy)
	add("v1", "ResourceQuota", "resourcequotas", all, resourcequota.Strategy, "status", resourcequota.StatusStrategy)
	add("v1", "Secret", "secrets", all, secret.Strategy)
	add("v1", "Service", "services", all, service.Strategy, "status", service.StatusStrategy)
	add("v1", "ServiceAccount", "serviceaccounts", all, serviceaccount.Strategy)

	add("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", all, mutatingwebhookconfiguration.Strategy)
	add("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", all, validatingwebhookconfiguration.Strategy)
	policies := validatingadmissionpolicy.NewStrategy(nil, nil)
	add("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", "validatingadmissionpolicies", all, policies, "status", validatingadmissionpolicy.NewStatusStrategy(policies))
	add("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", all, validatingadmissionpolicybinding.NewStrategy(nil, nil, anyResource))
	add("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicy", "mutatingadmissionpolicies", all, mutatingadmissionpolicy.NewStrategy(nil, nil))
	add("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicyBinding", "mutatingadmissionpolicybindings", all, mutatingadmissionpolicybinding.NewStrategy(nil, nil, anyResource))

	add("apps/v1", "ControllerRevision", "controllerrevisions", all, controllerrevision.Strategy)
	add("apps/v1", "DaemonSet", "daemonsets", some, daemonset.Strategy, "status", daemonset.StatusStrategy)
	add("apps/v1", "Deployment", "deployments", some, deployment.Strategy, "status", deployment.StatusStrategy)
	add("apps/v1", "ReplicaSet", "replicasets", some, replicaset.Strategy, "status", replicaset.StatusStrategy)
	add("apps/v1", "StatefulSet", "statefulsets", some, statefulset.Strategy, "status", statefulset.StatusStrategy)
	add("autoscaling/v1", "HorizontalPodAutoscaler", "horizontalpodautoscalers", all, horizontalpodautoscaler.Strategy, "status", horizontalpodautoscaler.StatusStrategy)
	add("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", all, horizontalpodautoscaler.Strategy, "status", horizontalpodautoscaler.StatusStrategy)
	add("batch/v1", "CronJob", "cronjobs", some, cronjob.Strategy, "status", cronjob.StatusStrategy)
	add("batch/v1", "Job", "jobs", some, job.Strategy, "status", job.StatusStrategy)
	add("certificates.k8s.io/v1", "CertificateSigningRequest", "certificatesigningrequests", all, certificates.Strategy, "status", certificates.StatusStrategy, "approval", certificates.ApprovalStrategy)
	add("coordination.k8s.io/v1", "Lease", "leases", all, lease.Strategy)
	add("discovery.k8s.io/v1", "EndpointSlice", "endpointslices", all, endpointslice.Strategy)
	add("flowcontrol.apiserver.k8s.io/v1", "FlowSchema", "flowschemas", all, flowschema.Strategy, "status", flowschema.StatusStrategy)
	add("flowcontrol.apiserver.k8s.io/v1", "PriorityLevelConfiguration", "prioritylevelconfigurations", all, prioritylevelconfiguration.Strategy, "status", prioritylevelconfiguration.StatusStrategy)
	add("networking.k8s.io/v1", "Ingress", "ingresses", all, ingress.Strategy, "status", ingress.StatusStrategy)
	add("networking.k8s.io/v1", "IngressClass", "ingressclasses", all, ingressclass.Strategy)
	add("networking.k8s.io/v1", "IPAddress", "ipaddresses", all, ipaddress.Strategy)
	add("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies", all, networkpolicy.Strategy)
	add("networking.k8s.io/v1", "ServiceCIDR", "servicecidrs", all, servicecidr.Strategy, "status", servicecidr.StatusStrategy)
	add("node.k8s.io/v1", "RuntimeClass", "runtimeclasses", all, runtimeclass.Strategy)
	add("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets", all, poddisruptionbudget.Strategy, "status", poddisruptionbudget.StatusStrategy)
	add("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", all, clusterrole.Strategy)
	add("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "clusterrolebindings", all, clusterrolebinding.Strategy)
	add("rbac.authorization.k8s.io/v1", "Role", "roles", all, role.Strategy)
	add("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings", all, rolebinding.Strategy)
	add("resource.k8s.io/v1", "DeviceClass", "deviceclasses", all, deviceclass.Strategy)
	claims := resourceclaim.NewStrategy(namespaces, authorizerfactory.NewAlwaysAllowAuthorizer())
	add("resource.k8s.io/v1", "ResourceClaim", "resourceclaims", all, claims, "status", resourceclaim.NewStatusStrategy(claims))
	add("resource.k8s.io/v1", "ResourceClaimTemplate", "resourceclaimtemplates", all, resourceclaimtemplate.NewStrategy(namespaces))
	add("resource.k8s.io/v1", "ResourceSlice", "resourceslices", all, resourceslice.Strategy)
	add("scheduling.k8s.io/v1", "PriorityClass", "priorityclasses", all, priorityclass.Strategy)
	add("storage.k8s.io/v1", "CSIDriver", "csidrivers", all, csidriver.Strategy)
	add("storage.k8s.io/v1", "CSINode", "csinodes", all, csinode.Strategy)
	add("storage.k8s.io/v1", "CSIStorageCapacity", "csistoragecapacities", all, csistoragecapacity.Strategy)
	add("storage.k8s.io/v1", "StorageClass", "storageclasses", all, storageclass.Strategy)
	add("storage.k8s.io/v1", "VolumeAttachment", "volumeattachments", all, volumeattachment.Strategy, "status", volumeattachment.StatusStrategy)
	add("storage.k8s.io/v1", "VolumeAttributesClass", "volumeattributesclasses", all, volumeattributesclass.Strategy)
}

// operations are the updates, in a fixed order.
func (k *kind) operations() []string {
	var ops []string
	for _, op := range []string{"update", "update/status", "update/finalize", "update/approval", "update/ephemeralcontainers", "update/resize"} {
		if k.updates[op] != nil {
			ops = append(ops, op)
		}
	}
	return ops
}

// withStatus is the stored object with the status of the base, as a controller would have written it.
func (k *kind) withStatus(stored, base map[string]any) map[string]any {
	if base["status"] == nil {
		return stored
	}
	both := map[string]any{}
	for key, value := range stored {
		both[key] = value
	}
	both["status"] = base["status"]
	return both
}
