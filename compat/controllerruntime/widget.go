package main

import (
	_ "embed"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/yaml"
)

//go:embed widgets.yaml
var widgetsYAML []byte

var widgetGroup = schema.GroupVersion{Group: "compat.example.com", Version: "v1"}

// Widget is the Go type of what widgets.yaml defines, as kubebuilder would have it.
type Widget struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              WidgetSpec   `json:"spec"`
	Status            WidgetStatus `json:"status,omitempty"`
}

type WidgetSpec struct {
	Color    string       `json:"color"`
	Replicas *int32       `json:"replicas,omitempty"`
	Limit    *int32       `json:"limit,omitempty"`
	Ports    []WidgetPort `json:"ports,omitempty"`
	Weight   *int32       `json:"weight,omitempty"` // of a later schema
}

type WidgetPort struct {
	Name     string              `json:"name"`
	Port     *intstr.IntOrString `json:"port,omitempty"`
	Protocol string              `json:"protocol,omitempty"`
}

type WidgetStatus struct {
	Replicas           int32              `json:"replicas,omitempty"`
	Selector           string             `json:"selector,omitempty"`
	ObservedGeneration int64              `json:"observedGeneration,omitempty"`
	Conditions         []metav1.Condition `json:"conditions,omitempty"`
}

type WidgetList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Widget `json:"items"`
}

func (w *Widget) DeepCopyObject() runtime.Object {
	out := *w
	out.ObjectMeta = *w.ObjectMeta.DeepCopy()
	out.Spec.Replicas, out.Spec.Limit, out.Spec.Weight = copied(w.Spec.Replicas), copied(w.Spec.Limit), copied(w.Spec.Weight)
	out.Spec.Ports = append([]WidgetPort(nil), w.Spec.Ports...)
	for i, p := range w.Spec.Ports {
		out.Spec.Ports[i].Port = copied(p.Port)
	}
	out.Status.Conditions = append([]metav1.Condition(nil), w.Status.Conditions...)
	return &out
}

func (l *WidgetList) DeepCopyObject() runtime.Object {
	out := *l
	out.Items = make([]Widget, len(l.Items))
	for i := range l.Items {
		out.Items[i] = *l.Items[i].DeepCopyObject().(*Widget)
	}
	return &out
}

func copied[T any](value *T) *T {
	if value == nil {
		return nil
	}
	out := *value
	return &out
}

func addWidgets(scheme *runtime.Scheme) {
	scheme.AddKnownTypes(widgetGroup, &Widget{}, &WidgetList{})
	metav1.AddToGroupVersion(scheme, widgetGroup)
}

// widgetsDefinition is read anew by each caller, who may change it.
func widgetsDefinition() (*apiextensionsv1.CustomResourceDefinition, error) {
	definition := &apiextensionsv1.CustomResourceDefinition{}
	return definition, yaml.UnmarshalStrict(widgetsYAML, definition)
}
