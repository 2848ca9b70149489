package main

import (
	"context"
	"strconv"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	ctrlconfig "sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

const widgetFinalizer = "compat.example.com/widget"

// widgetOperator keeps a ConfigMap for each Widget, and tells in the status what it has seen.
type widgetOperator struct {
	client.Client
	mu      sync.Mutex
	cleaned map[string]bool
}

func (o *widgetOperator) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	var widget Widget
	if err := o.Get(ctx, request.NamespacedName, &widget); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !widget.DeletionTimestamp.IsZero() {
		o.mu.Lock()
		o.cleaned[widget.Name] = true
		o.mu.Unlock()
		if controllerutil.RemoveFinalizer(&widget, widgetFinalizer) {
			return ctrl.Result{}, client.IgnoreNotFound(o.Update(ctx, &widget))
		}
		return ctrl.Result{}, nil
	}
	if controllerutil.AddFinalizer(&widget, widgetFinalizer) {
		return ctrl.Result{}, o.Update(ctx, &widget)
	}
	child := corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: widget.Namespace, Name: widget.Name}}
	_, err := controllerutil.CreateOrUpdate(ctx, o.Client, &child, func() error {
		child.Data = map[string]string{"color": widget.Spec.Color, "replicas": number(widget.Spec.Replicas), "weight": number(widget.Spec.Weight)}
		return controllerutil.SetControllerReference(&widget, &child, o.Scheme())
	})
	if err != nil {
		return ctrl.Result{}, err
	}
	before := widget.DeepCopyObject().(*Widget)
	widget.Status.ObservedGeneration = widget.Generation
	widget.Status.Replicas = *widget.Spec.Replicas
	widget.Status.Selector = "made-for=" + widget.Name
	meta.SetStatusCondition(&widget.Status.Conditions, metav1.Condition{
		Type: "Ready", Status: metav1.ConditionTrue, Reason: "Made", ObservedGeneration: widget.Generation,
	})
	return ctrl.Result{}, o.Status().Patch(ctx, &widget, client.MergeFrom(before))
}

func number(value *int32) string {
	if value == nil {
		return ""
	}
	return strconv.Itoa(int(*value))
}

func startWidgets(config *rest.Config, scheme *runtime.Scheme, namespace string) (*run, *widgetOperator, error) {
	unique := true
	manager, err := ctrl.NewManager(config, ctrl.Options{
		Scheme:     scheme,
		Metrics:    server.Options{BindAddress: "0"},
		Cache:      cache.Options{DefaultNamespaces: map[string]cache.Config{namespace: {}}},
		Controller: ctrlconfig.Controller{SkipNameValidation: &unique},
	})
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	byColor := func(o client.Object) []string { return []string{o.(*Widget).Spec.Color} }
	if err := manager.GetFieldIndexer().IndexField(ctx, &Widget{}, "spec.color", byColor); err != nil {
		cancel()
		return nil, nil, err
	}
	o := &widgetOperator{Client: manager.GetClient(), cleaned: map[string]bool{}}
	if err := ctrl.NewControllerManagedBy(manager).For(&Widget{}).Owns(&corev1.ConfigMap{}).Complete(o); err != nil {
		cancel()
		return nil, nil, err
	}
	r := &run{manager, cancel, make(chan error, 1)}
	go func() { r.done <- manager.Start(ctx) }()
	return r, o, nil
}
