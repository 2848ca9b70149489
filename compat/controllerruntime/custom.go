package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

const holdFinalizer = "compat.example.com/hold"

// widgets is the course of an operator that brings a definition of its own.
type widgets struct {
	client.Client
	config    *rest.Config
	scheme    *runtime.Scheme
	namespace string
	manager   *run
	operator  *widgetOperator
}

func customCourse(config *rest.Config) error {
	ctx := context.Background()
	config = rest.CopyConfig(config)
	config.QPS = -1 // the checks are not to wait for each other
	scheme := runtime.NewScheme()
	_ = clientgoscheme.AddToScheme(scheme)
	_ = apiextensionsv1.AddToScheme(scheme)
	addWidgets(scheme)
	if err := installed(config); err != nil {
		return err
	}
	c, err := client.New(config, client.Options{Scheme: scheme})
	if err != nil {
		return err
	}
	space := corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "widgets-"}}
	if err := c.Create(ctx, &space); err != nil {
		return err
	}
	defer func() { _ = c.Delete(ctx, &space) }()
	w := &widgets{Client: c, config: config, scheme: scheme, namespace: space.Name}
	check("custom: the definition is established", w.established(ctx))
	if w.manager, w.operator, err = startWidgets(config, scheme, space.Name); err != nil {
		return err
	}
	w.life(ctx)
	w.refusals(ctx)
	w.applied(ctx)
	w.versions(ctx)
	w.otherViews(ctx)
	w.newSchema(ctx)
	w.end(ctx)
	w.manager.stop()
	check("custom: the manager ends", <-w.manager.done)
	return w.again(ctx)
}

func (w *widgets) established(ctx context.Context) error {
	var definition apiextensionsv1.CustomResourceDefinition
	if err := w.Get(ctx, client.ObjectKey{Name: "widgets.compat.example.com"}, &definition); err != nil {
		return err
	}
	got := map[string]string{}
	for _, c := range definition.Status.Conditions {
		got[string(c.Type)] = string(c.Status)
	}
	if err := want("Established", got["Established"], "True"); err != nil {
		return err
	}
	if err := want("NamesAccepted", got["NamesAccepted"], "True"); err != nil {
		return err
	}
	return want("the stored versions", strings.Join(definition.Status.StoredVersions, " "), "v1")
}

func (w *widgets) widget(name, color string) *Widget {
	return &Widget{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: name}, Spec: WidgetSpec{Color: color}}
}

func (w *widgets) key(name string) client.ObjectKey {
	return client.ObjectKey{Namespace: w.namespace, Name: name}
}

func (w *widgets) merge(ctx context.Context, name, patch string) error {
	return w.Patch(ctx, &Widget{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: name}},
		client.RawPatch("application/merge-patch+json", []byte(patch)))
}

// follows waits until the child and the status are those of the widget's spec.
func (w *widgets) follows(what, name, wanted string) {
	eventually(what, func(ctx context.Context) error {
		var child corev1.ConfigMap
		if err := w.Get(ctx, w.key(name), &child); err != nil {
			return err
		}
		if err := want("the child", child.Data["color"]+" "+child.Data["replicas"]+" "+child.Data["weight"], wanted); err != nil {
			return err
		}
		var widget Widget
		if err := w.Get(ctx, w.key(name), &widget); err != nil {
			return err
		}
		if !meta.IsStatusConditionTrue(widget.Status.Conditions, "Ready") {
			return fmt.Errorf("it is not ready")
		}
		return want("the generation seen", widget.Status.ObservedGeneration, widget.Generation)
	})
}

func (w *widgets) life(ctx context.Context) {
	one := w.widget("one", "red")
	one.Spec.Ports = []WidgetPort{{Name: "http"}}
	one.Status.Replicas = 99
	one.Spec.Weight = ptr(5)
	check("custom: an object is created", w.Create(ctx, one))
	check("custom: its defaults are set", want("replicas, limit, protocol",
		number(one.Spec.Replicas)+" "+number(one.Spec.Limit)+" "+one.Spec.Ports[0].Protocol, "1 10 TCP"))
	check("custom: its status and an unknown field are dropped", want("status, weight",
		fmt.Sprint(one.Status.Replicas, " ", number(one.Spec.Weight)), "0 "))
	w.follows("custom: it is reconciled", "one", "red 1 ")
	var child corev1.ConfigMap
	check("custom: the child is read", w.Get(ctx, w.key("one"), &child))
	check("custom: it has its owner", want("its controller", metav1.IsControlledBy(&child, one), true))
	check("custom: the object is read", w.Get(ctx, w.key("one"), one))
	check("custom: the finalizer does not raise the generation", want("the generation", one.Generation, 1))
	check("custom: it is updated", retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		if err := w.Get(ctx, w.key("one"), one); err != nil {
			return err
		}
		one.Spec.Replicas = ptr(4)
		one.Status.Replicas = 77
		return w.Update(ctx, one)
	}))
	check("custom: which raises the generation and leaves the status", want("generation and replicas in the status",
		fmt.Sprint(one.Generation, " ", one.Status.Replicas), "2 1"))
	w.follows("custom: the operator follows", "one", "red 4 ")
	check("custom: the child is deleted", w.Delete(ctx, &child))
	w.follows("custom: it comes back", "one", "red 4 ")
	stale := one.DeepCopyObject().(*Widget)
	check("custom: an update of an old version conflicts", conflicts(w.Update(ctx, stale)))
	check("custom: the status is updated", retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		if err := w.Get(ctx, w.key("one"), one); err != nil {
			return err
		}
		one.Spec.Replicas = ptr(9)
		one.Status.Conditions[0].Message = "by hand"
		return w.Status().Update(ctx, one)
	}))
	check("custom: which leaves the spec and the generation", want("replicas, generation and message",
		fmt.Sprint(number(one.Spec.Replicas), " ", one.Generation, " ", one.Status.Conditions[0].Message), "4 2 by hand"))
}

func (w *widgets) refusals(ctx context.Context) {
	many := w.widget("bad", "red")
	many.Spec.Replicas = ptr(11)
	check("custom: a rule is held", refused(w.Create(ctx, many),
		`Widget.compat.example.com "bad" is invalid: spec.replicas: Invalid value: too many replicas`))
	check("custom: an enumeration is held", refused(w.Create(ctx, w.widget("bad", "pink")),
		`spec.color: Unsupported value: "pink": supported values: "red", "green", "blue"`))
	twice := w.widget("bad", "red")
	twice.Spec.Ports = []WidgetPort{{Name: "a"}, {Name: "a"}}
	check("custom: the keys of a list are held", refused(w.Create(ctx, twice), `spec.ports[1]: Duplicate value: {"name":"a"}`))
	check("custom: a transition rule is held", refused(w.merge(ctx, "one", `{"spec":{"color":"blue"}}`),
		`spec.color: Invalid value: "blue": a color stays`))
	strict := client.WithFieldValidation(w.Client, metav1.FieldValidationStrict)
	unknown := w.widget("bad", "red")
	unknown.Spec.Weight = ptr(1)
	err := strict.Create(ctx, unknown)
	if apierrors.IsBadRequest(err) && strings.Contains(err.Error(), `strict decoding error: unknown field "spec.weight"`) {
		err = nil
	} else {
		err = fmt.Errorf("the answer is %v", err)
	}
	check("custom: an unknown field is refused by strict validation", err)
	dry := w.widget("dry", "green")
	check("custom: a dry run is accepted", w.Create(ctx, dry, client.DryRunAll))
	check("custom: and leaves nothing", gone(w.Get(ctx, w.key("dry"), &Widget{})))
}

// applied: server-side apply of a list that is a map by its key, and of the status.
func (w *widgets) applied(ctx context.Context) {
	apply := func(owner, port string, number any, more map[string]any) error {
		spec := map[string]any{"color": "green", "ports": []any{map[string]any{"name": port, "port": number}}}
		for k, v := range more {
			spec[k] = v
		}
		return w.Apply(ctx, client.ApplyConfigurationFromUnstructured(w.unstructured("v1", "two", spec)), client.FieldOwner(owner))
	}
	check("custom: an object is applied", apply("first", "http", int64(80), map[string]any{"replicas": int64(2)}))
	check("custom: another manager adds to its list", apply("second", "dns", "domain", nil))
	ports := func(wanted string) error {
		var two Widget
		if err := w.Get(ctx, w.key("two"), &two); err != nil {
			return err
		}
		got := ""
		for _, p := range two.Spec.Ports {
			got += p.Name + "=" + p.Port.String() + "/" + p.Protocol + " "
		}
		return want("the ports", got, wanted)
	}
	check("custom: the list is merged", ports("http=80/TCP dns=domain/TCP "))
	check("custom: a third one conflicts", conflicts(apply("third", "http", int64(81), nil)))
	check("custom: the second one lets go", w.Apply(ctx, client.ApplyConfigurationFromUnstructured(
		w.unstructured("v1", "two", map[string]any{"color": "green"})), client.FieldOwner("second")))
	check("custom: what it alone had is gone", ports("http=80/TCP "))
	w.follows("custom: what was applied is reconciled", "two", "green 2 ")
	status := w.unstructured("v1", "two", nil)
	delete(status.Object, "spec")
	status.Object["status"] = map[string]any{"conditions": []any{map[string]any{
		"type": "Seen", "status": "True", "reason": "Eyes", "message": "", "lastTransitionTime": "2026-01-01T00:00:00Z"}}}
	check("custom: a condition is applied to the status", w.Status().Apply(ctx,
		client.ApplyConfigurationFromUnstructured(status), client.FieldOwner("eyes")))
	var two Widget
	check("custom: the applied object is read", w.Get(ctx, w.key("two"), &two))
	check("custom: it has both conditions", want("the number of conditions", len(two.Status.Conditions), 2))
	var owners []string
	for _, m := range two.ManagedFields {
		if m.Operation == metav1.ManagedFieldsOperationApply {
			owners = append(owners, m.Manager+":"+m.Subresource)
		}
	}
	slices.Sort(owners)
	check("custom: its managers are told", want("who applied", strings.Join(owners, " "), "eyes:status first: second:"))
	check("custom: a strategic merge patch is refused", unsupported(w.Patch(ctx, &two,
		client.RawPatch("application/strategic-merge-patch+json", []byte(`{"spec":{"replicas":3}}`)))))
}

func (w *widgets) unstructured(version, name string, spec map[string]any) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "compat.example.com/" + version, "kind": "Widget",
		"metadata": map[string]any{"name": name, "namespace": w.namespace}, "spec": spec,
	}}
}

// versions: the other version is read, followed and written, without a webhook.
func (w *widgets) versions(ctx context.Context) {
	beta := schema.GroupVersionKind{Group: widgetGroup.Group, Version: "v1beta1", Kind: "Widget"}
	listed := func(reader client.Reader) func(context.Context) error {
		return func(ctx context.Context) error {
			list := &unstructured.UnstructuredList{}
			list.SetGroupVersionKind(beta)
			if err := reader.List(ctx, list, client.InNamespace(w.namespace)); err != nil {
				return err
			}
			got := ""
			for _, item := range list.Items {
				got += item.GetAPIVersion() + " "
			}
			return want("the versions", got, "compat.example.com/v1beta1 compat.example.com/v1beta1 ")
		}
	}
	check("custom: the other version is listed", listed(w)(ctx))
	eventually("custom: and followed by an informer", listed(w.manager.GetCache()))
	check("custom: it is written", w.Create(ctx, w.unstructured("v1beta1", "three", map[string]any{"color": "blue", "replicas": int64(3)})))
	w.follows("custom: and reconciled in the first", "three", "blue 3 ")
	three := w.unstructured("v1beta1", "three", nil)
	check("custom: the status of the other version is read", w.Get(ctx, w.key("three"), three))
	replicas, _, _ := unstructured.NestedInt64(three.Object, "status", "replicas")
	check("custom: it is the same", want("its replicas", replicas, 3))
	patch := client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"replicas":5}}`))
	check("custom: it is patched", w.Patch(ctx, three, patch))
	w.follows("custom: which is followed in the first", "three", "blue 5 ")
	var typed Widget
	check("custom: it is read in the first version", w.Get(ctx, w.key("three"), &typed))
	check("custom: whose manager has the version of the write", want("v1beta1 among the managers",
		strings.Contains(fmt.Sprint(typed.ManagedFields), "compat.example.com/v1beta1"), true))
}

// otherViews: indexes and metadata in the manager's cache, selectable fields, scale.
func (w *widgets) otherViews(ctx context.Context) {
	for what, reader := range map[string]client.Reader{"an index of the cache": w.manager.GetClient(), "a selectable field": w} {
		eventually("custom: "+what, func(ctx context.Context) error {
			var list WidgetList
			if err := reader.List(ctx, &list, client.InNamespace(w.namespace), client.MatchingFields{"spec.color": "green"}); err != nil {
				return err
			}
			if err := want("the number of objects", len(list.Items), 1); err != nil {
				return err
			}
			return want("the object", list.Items[0].Name, "two")
		})
	}
	var list WidgetList
	err := w.List(ctx, &list, client.InNamespace(w.namespace), client.MatchingFields{"spec.replicas": "1"})
	if apierrors.IsBadRequest(err) {
		err = nil
	} else {
		err = fmt.Errorf("the answer is %v", err)
	}
	check("custom: a field that is not selectable is refused", err)
	eventually("custom: an informer of metadata", func(ctx context.Context) error {
		var metas metav1.PartialObjectMetadataList
		metas.SetGroupVersionKind(widgetGroup.WithKind("WidgetList"))
		if err := w.manager.GetClient().List(ctx, &metas, client.InNamespace(w.namespace)); err != nil {
			return err
		}
		return want("the number of objects", len(metas.Items), 3)
	})
	var three Widget
	check("custom: the object to scale is read", w.Get(ctx, w.key("three"), &three))
	scale := &autoscalingv1.Scale{}
	check("custom: its scale is read", w.SubResource("scale").Get(ctx, &three, scale))
	check("custom: it has the selector", want("the selector", scale.Status.Selector, "made-for=three"))
	scale.Spec.Replicas = 6
	check("custom: it is scaled", w.SubResource("scale").Update(ctx, &three, client.WithSubResourceBody(scale)))
	w.follows("custom: which is followed", "three", "blue 6 ")
	scale.Spec.Replicas, scale.ResourceVersion = 60, ""
	check("custom: the rule is held for the scale", refused(w.SubResource("scale").Update(ctx, &three, client.WithSubResourceBody(scale)),
		"too many replicas"))
}

// newSchema changes the definition under the running manager.
func (w *widgets) newSchema(ctx context.Context) {
	var definition apiextensionsv1.CustomResourceDefinition
	check("custom: the definition is read", w.Get(ctx, client.ObjectKey{Name: "widgets.compat.example.com"}, &definition))
	for i := range definition.Spec.Versions {
		properties := definition.Spec.Versions[i].Schema.OpenAPIV3Schema.Properties
		spec := properties["spec"]
		spec.Properties["weight"] = apiextensionsv1.JSONSchemaProps{Type: "integer", Format: "int32", Default: &apiextensionsv1.JSON{Raw: []byte("7")}}
		properties["spec"] = spec
	}
	check("custom: its schemas get a field", w.Update(ctx, &definition))
	eventually("custom: a stored object has its default", func(ctx context.Context) error {
		var one Widget
		if err := w.Get(ctx, w.key("one"), &one); err != nil {
			return err
		}
		return want("the weight", number(one.Spec.Weight), "7")
	})
	four := w.widget("four", "red")
	four.Spec.Weight = ptr(5)
	four.Finalizers = []string{holdFinalizer}
	check("custom: an object with the field is created", w.Create(ctx, four))
	check("custom: it keeps the field", want("the weight", number(four.Spec.Weight), "5"))
	weight := 5
	// A watch that is older than the field may tell of the object without it, even on kube-apiserver: a later change is told with it.
	eventually("custom: the running manager sees the field", func(ctx context.Context) error {
		var child corev1.ConfigMap
		if err := w.Get(ctx, w.key("four"), &child); err != nil {
			return err
		}
		if child.Data["weight"] != "" {
			return nil
		}
		weight++
		if err := w.merge(ctx, "four", fmt.Sprintf(`{"spec":{"weight":%d}}`, weight)); err != nil {
			return err
		}
		return fmt.Errorf("the child has no weight, the object %d", weight)
	})
	check("custom: an old object is changed", w.merge(ctx, "one", `{"spec":{"replicas":2}}`))
	w.follows("custom: the running manager follows it, too", "one", "red 2 7")
}

// end deletes an object, then the definition with the others.
func (w *widgets) end(ctx context.Context) {
	check("custom: an object is deleted", w.Delete(ctx, w.widget("one", "red")))
	eventually("custom: it is gone", func(ctx context.Context) error { return gone(w.Get(ctx, w.key("one"), &Widget{})) })
	w.operator.mu.Lock()
	check("custom: its finalizer has run", want("cleaned up", w.operator.cleaned["one"], true))
	w.operator.mu.Unlock()
	eventually("custom: the child is collected", func(ctx context.Context) error { return gone(w.Get(ctx, w.key("one"), &corev1.ConfigMap{})) })
	definition := apiextensionsv1.CustomResourceDefinition{ObjectMeta: metav1.ObjectMeta{Name: "widgets.compat.example.com"}}
	check("custom: the definition is deleted", w.Delete(ctx, &definition))
	eventually("custom: its objects are deleted, but for one that is held", func(ctx context.Context) error {
		var list WidgetList
		if err := w.List(ctx, &list, client.InNamespace(w.namespace)); err != nil {
			return err
		}
		names := ""
		for _, item := range list.Items {
			names += item.Name + fmt.Sprint(item.Finalizers) + fmt.Sprint(item.DeletionTimestamp != nil)
		}
		return want("what is left", names, "four["+holdFinalizer+"]true")
	})
	err := w.Create(ctx, w.widget("five", "red"))
	if apierrors.IsForbidden(err) && strings.Contains(err.Error(), "create not allowed while custom resource definition is terminating") {
		err = nil
	} else {
		err = fmt.Errorf("the answer is %v", err)
	}
	check("custom: it takes no more objects", err)
	check("custom: the last one is let go", w.merge(ctx, "four", `{"metadata":{"finalizers":null}}`))
	eventually("custom: the definition is gone", func(ctx context.Context) error {
		return gone(w.Get(ctx, client.ObjectKeyFromObject(&definition), &definition))
	})
	eventually("custom: and nobody knows its kind", func(ctx context.Context) error {
		fresh, err := client.New(w.config, client.Options{Scheme: w.scheme})
		if err == nil {
			err = fresh.List(ctx, &WidgetList{}, client.InNamespace(w.namespace))
		}
		if meta.IsNoMatchError(err) {
			return nil
		}
		return fmt.Errorf("the answer is %v", err)
	})
	eventually("custom: its path is gone", func(ctx context.Context) error {
		return gone(w.List(ctx, &WidgetList{}, client.InNamespace(w.namespace)))
	})
}

// again brings the definition back, without what belonged to the first one.
func (w *widgets) again(ctx context.Context) error {
	if err := installed(w.config); err != nil {
		return err
	}
	var list WidgetList
	check("custom: the definition that comes back is listed", w.List(ctx, &list, client.InNamespace(w.namespace)))
	check("custom: and has no objects", want("the number of objects", len(list.Items), 0))
	one := w.widget("one", "blue")
	one.Spec.Weight = ptr(5)
	check("custom: an object of it is created", w.Create(ctx, one))
	check("custom: by the first schema", want("the weight", number(one.Spec.Weight), ""))
	definition := apiextensionsv1.CustomResourceDefinition{ObjectMeta: metav1.ObjectMeta{Name: "widgets.compat.example.com"}}
	check("custom: the definition is deleted again", w.Delete(ctx, &definition))
	eventually("custom: and is gone", func(ctx context.Context) error {
		return gone(w.Get(ctx, client.ObjectKeyFromObject(&definition), &definition))
	})
	return nil
}

func installed(config *rest.Config) error {
	definition, err := widgetsDefinition()
	if err != nil {
		return err
	}
	began := time.Now()
	_, err = envtest.InstallCRDs(config, envtest.CRDInstallOptions{CRDs: []*apiextensionsv1.CustomResourceDefinition{definition}})
	if took := time.Since(began); err == nil && took > 5*time.Second {
		err = fmt.Errorf("it took %v", took)
	}
	check("custom: the definition is installed and discovered", err)
	return err
}

func refused(err error, message string) error {
	if apierrors.IsInvalid(err) && strings.Contains(err.Error(), message) {
		return nil
	}
	return fmt.Errorf("the answer is %v", err)
}

func unsupported(err error) error {
	if apierrors.IsUnsupportedMediaType(err) {
		return nil
	}
	return fmt.Errorf("the answer is %v", err)
}

func ptr(n int32) *int32 { return &n }
