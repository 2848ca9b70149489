// Command controllerruntime runs an operator that is written with controller-runtime against a server: a manager with
// leader election, a reconciler with a finalizer, server-side apply, owner references, events, and a second manager that
// takes over; then one with a definition of its own (custom.go). It ends with "N passed, N failed".
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strconv"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	appsv1apply "k8s.io/client-go/applyconfigurations/apps/v1"
	corev1apply "k8s.io/client-go/applyconfigurations/core/v1"
	metav1apply "k8s.io/client-go/applyconfigurations/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/events"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	ctrlconfig "sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

const (
	finalizer = "compat.example.com/cleanup"
	election  = "compat-operator"
	patience  = 30 * time.Second
)

// operator makes a Deployment of each ConfigMap that is labelled app=managed.
type operator struct {
	client.Client
	events events.EventRecorder
}

func (o *operator) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	var app corev1.ConfigMap
	if err := o.Get(ctx, request.NamespacedName, &app); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if app.Labels["app"] != "managed" {
		return ctrl.Result{}, nil
	}
	if !app.DeletionTimestamp.IsZero() {
		return o.cleanUp(ctx, &app)
	}
	if controllerutil.AddFinalizer(&app, finalizer) {
		return ctrl.Result{}, o.Update(ctx, &app)
	}
	replicas, err := strconv.Atoi(app.Data["replicas"])
	if err != nil {
		o.events.Eventf(&app, nil, corev1.EventTypeWarning, "BadReplicas", "Read", "replicas %q is no number", app.Data["replicas"])
		return ctrl.Result{}, nil
	}
	labels := map[string]string{"made-for": app.Name}
	deployment := appsv1apply.Deployment(app.Name, app.Namespace).
		WithOwnerReferences(metav1apply.OwnerReference().WithAPIVersion("v1").WithKind("ConfigMap").WithName(app.Name).
			WithUID(app.UID).WithController(true).WithBlockOwnerDeletion(true)).
		WithSpec(appsv1apply.DeploymentSpec().WithReplicas(int32(replicas)).
			WithSelector(metav1apply.LabelSelector().WithMatchLabels(labels)).
			WithTemplate(corev1apply.PodTemplateSpec().WithLabels(labels).
				WithSpec(corev1apply.PodSpec().WithContainers(corev1apply.Container().WithName("a").WithImage("a:1")))))
	if err := o.Apply(ctx, deployment, client.FieldOwner("operator"), client.ForceOwnership); err != nil {
		return ctrl.Result{}, err
	}
	before := app.DeepCopy()
	if app.Annotations == nil {
		app.Annotations = map[string]string{}
	}
	app.Annotations["applied"] = app.Data["replicas"]
	if err := o.Patch(ctx, &app, client.MergeFrom(before)); err != nil {
		return ctrl.Result{}, err
	}
	o.events.Eventf(&app, nil, corev1.EventTypeNormal, "Applied", "Apply", "%d replicas", replicas)
	return ctrl.Result{}, nil
}

func (o *operator) cleanUp(ctx context.Context, app *corev1.ConfigMap) (ctrl.Result, error) {
	deployment := appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: app.Name, Namespace: app.Namespace}}
	if err := o.Delete(ctx, &deployment, client.PropagationPolicy(metav1.DeletePropagationBackground)); client.IgnoreNotFound(err) != nil {
		return ctrl.Result{}, err
	}
	if controllerutil.RemoveFinalizer(app, finalizer) {
		return ctrl.Result{}, client.IgnoreNotFound(o.Update(ctx, app))
	}
	return ctrl.Result{}, nil
}

// run is one manager with the operator in it.
type run struct {
	ctrl.Manager
	stop context.CancelFunc
	done chan error
}

func start(config *rest.Config, namespace string) (*run, error) {
	unique := true
	manager, err := ctrl.NewManager(config, ctrl.Options{
		LeaderElection:                true,
		LeaderElectionID:              election,
		LeaderElectionNamespace:       namespace,
		LeaderElectionReleaseOnCancel: true,
		Metrics:                       server.Options{BindAddress: "0"},
		Cache:                         cache.Options{DefaultNamespaces: map[string]cache.Config{namespace: {}}},
		Controller:                    ctrlconfig.Controller{SkipNameValidation: &unique},
	})
	if err != nil {
		return nil, err
	}
	o := &operator{manager.GetClient(), manager.GetEventRecorder("operator")}
	if err := ctrl.NewControllerManagedBy(manager).For(&corev1.ConfigMap{}).Owns(&appsv1.Deployment{}).Complete(o); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &run{manager, cancel, make(chan error, 1)}
	go func() { r.done <- manager.Start(ctx) }()
	return r, nil
}

var passed, failed int

func check(what string, err error) {
	if err == nil {
		passed++
		fmt.Println("ok  ", what)
		return
	}
	failed++
	fmt.Println("FAIL", what+":", err)
}

// eventually asks again until there is no complaint.
func eventually(what string, complaint func(context.Context) error) {
	var last error
	err := wait.PollUntilContextTimeout(context.Background(), 50*time.Millisecond, patience, true, func(ctx context.Context) (bool, error) {
		last = complaint(ctx)
		return last == nil, nil
	})
	if err != nil && last != nil {
		err = last
	}
	check(what, err)
}

func want[T comparable](what string, got, wanted T) error {
	if got == wanted {
		return nil
	}
	return fmt.Errorf("%s is %v, not %v", what, got, wanted)
}

func main() {
	kubeconfig := flag.Lookup("kubeconfig").Value // of controller-runtime
	flag.Parse()
	ctrl.SetLogger(klog.Background())
	klog.SetOutput(os.Stderr)
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig.String())
	if err == nil {
		err = course(config)
	}
	if err == nil {
		err = customCourse(config)
	}
	if err != nil {
		check("the course", err)
	}
	fmt.Printf("%d passed, %d failed\n", passed, failed)
	if failed > 0 {
		os.Exit(1)
	}
}

func course(config *rest.Config) error {
	ctx := context.Background()
	c, err := client.New(config, client.Options{})
	if err != nil {
		return err
	}
	space := corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "operator-"}}
	if err := c.Create(ctx, &space); err != nil {
		return err
	}
	defer func() { _ = c.Delete(ctx, &space) }()
	namespace := space.Name
	first, err := start(config, namespace)
	if err != nil {
		return err
	}
	holder := func(ctx context.Context) (string, error) {
		var lease coordinationv1.Lease
		err := c.Get(ctx, client.ObjectKey{Namespace: namespace, Name: election}, &lease)
		if err != nil || lease.Spec.HolderIdentity == nil {
			return "", err
		}
		return *lease.Spec.HolderIdentity, nil
	}
	eventually("a manager is elected", func(ctx context.Context) error {
		name, err := holder(ctx)
		if err == nil && name == "" {
			err = fmt.Errorf("nobody holds the lease")
		}
		return err
	})
	leader, _ := holder(ctx)

	app := corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "one", Labels: map[string]string{"app": "managed"}},
		Data:       map[string]string{"replicas": "3"},
	}
	check("an object is created", c.Create(ctx, &app))
	key := client.ObjectKeyFromObject(&app)
	replicas := func(wanted int32) func(context.Context) error {
		return func(ctx context.Context) error {
			var d appsv1.Deployment
			if err := c.Get(ctx, key, &d); err != nil {
				return err
			}
			return want("the number of replicas", *d.Spec.Replicas, wanted)
		}
	}
	eventually("its Deployment is applied", replicas(3))
	eventually("it has the finalizer and the annotation", func(ctx context.Context) error {
		if err := c.Get(ctx, key, &app); err != nil {
			return err
		}
		if !controllerutil.ContainsFinalizer(&app, finalizer) {
			return fmt.Errorf("there is no finalizer")
		}
		return want("the annotation", app.Annotations["applied"], "3")
	})
	eventually("an event is told", func(ctx context.Context) error {
		var list corev1.EventList
		if err := c.List(ctx, &list, client.InNamespace(namespace)); err != nil {
			return err
		}
		for _, e := range list.Items {
			if e.Reason == "Applied" && e.InvolvedObject.Name == "one" {
				return nil
			}
		}
		return fmt.Errorf("there are %d events, none of them", len(list.Items))
	})
	app.Data["replicas"] = "5"
	check("the object is changed", c.Update(ctx, &app))
	eventually("its Deployment follows", replicas(5))

	var deployment appsv1.Deployment
	check("the Deployment is read", c.Get(ctx, key, &deployment))
	check("an apply of another manager conflicts", conflicts(c.Apply(ctx,
		appsv1apply.Deployment(key.Name, key.Namespace).WithSpec(appsv1apply.DeploymentSpec().WithReplicas(9)), client.FieldOwner("somebody"))))
	scaled := deployment.DeepCopy()
	nine := int32(9)
	scaled.Spec.Replicas = &nine
	check("somebody else scales it", c.Patch(ctx, scaled, client.StrategicMergeFrom(&deployment)))
	eventually("the operator takes it back", replicas(5))
	status := deployment.DeepCopy()
	status.Status.ObservedGeneration = 1
	check("the status is patched", c.Status().Patch(ctx, status, client.MergeFrom(&deployment)))
	check("an update of an old version conflicts", conflicts(c.Update(ctx, &deployment)))

	second, err := start(config, namespace)
	if err != nil {
		return err
	}
	<-time.After(2 * time.Second) // it would have taken over by then
	name, err := holder(ctx)
	if err == nil {
		err = want("the leader", name, leader)
	}
	check("a second manager waits", err)
	first.stop()
	check("the first one ends", <-first.done)
	eventually("the second takes over", func(ctx context.Context) error {
		name, err := holder(ctx)
		if err == nil && (name == leader || name == "") {
			err = fmt.Errorf("the leader is %q", name)
		}
		return err
	})
	check("the object is read", c.Get(ctx, key, &app))
	app.Data["replicas"] = "2"
	check("the object is changed again", c.Update(ctx, &app))
	eventually("and the second one follows", replicas(2))

	check("the object is deleted", c.Delete(ctx, &app))
	eventually("the finalizer has run", func(ctx context.Context) error { return gone(c.Get(ctx, key, &app)) })
	eventually("the Deployment is gone", func(ctx context.Context) error { return gone(c.Get(ctx, key, &deployment)) })
	second.stop()
	check("the second one ends", <-second.done)
	return nil
}

func conflicts(err error) error {
	if apierrors.IsConflict(err) {
		return nil
	}
	return fmt.Errorf("the answer is %v", err)
}

func gone(err error) error {
	if apierrors.IsNotFound(err) {
		return nil
	}
	return fmt.Errorf("it is still there: %v", err)
}
