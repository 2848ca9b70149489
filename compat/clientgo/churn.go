package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

func namespace(name string) *corev1.Namespace {
	return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
}

// churn creates, updates and deletes objects, and knows what was acknowledged. Each worker has objects of its own.
type churn struct {
	client    kubernetes.Interface
	namespace string
	writes    atomic.Int64
	next      atomic.Int64

	lock    sync.Mutex
	objects map[string]*written // resource/name
	living  map[int][]*written  // worker → its objects whose state is known
}

// most is how many objects a worker keeps.
const most = 60

// written is the last acknowledged state of an object.
type written struct {
	resource, name, uid string
	worker, n, changes  int
	deleted             bool
	unsure              bool // a request got no answer: it may have been carried out or not
}

func newChurn(client kubernetes.Interface, namespace string) *churn {
	return &churn{client: client, namespace: namespace, objects: map[string]*written{}, living: map[int][]*written{}}
}

// run churns for a while.
func (c *churn) run(ctx context.Context, workers int, d time.Duration) {
	stop := c.start(ctx, workers)
	time.Sleep(d)
	stop()
}

// start churns until the function it returns is called.
func (c *churn) start(ctx context.Context, workers int) func() {
	var wait sync.WaitGroup
	var over atomic.Bool
	for w := range workers {
		wait.Go(func() {
			for !over.Load() {
				c.step(ctx, w)
				time.Sleep(2 * time.Millisecond)
			}
		})
	}
	return func() {
		over.Store(true)
		wait.Wait()
	}
}

func (c *churn) step(ctx context.Context, worker int) {
	switch mine, living := c.pick(worker); {
	case mine == nil || living < most && rand.N(10) < 3:
		c.create(ctx, worker)
	case rand.N(10) < 3:
		c.remove(ctx, mine)
	default:
		c.update(ctx, mine)
	}
}

// pick chooses a living object of the worker whose state is known, and tells how many there are.
func (c *churn) pick(worker int) (*written, int) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.living[worker] = slices.DeleteFunc(c.living[worker], func(o *written) bool { return o.deleted || o.unsure })
	mine := c.living[worker]
	if len(mine) == 0 {
		return nil, 0
	}
	return mine[rand.N(len(mine))], len(mine)
}

func (c *churn) create(ctx context.Context, worker int) {
	i := c.next.Add(1)
	o := &written{resource: "configmaps", name: fmt.Sprintf("o-%d", i), worker: worker, n: 1}
	if i%2 == 0 {
		o.resource = "secrets"
	}
	m, err := c.send(ctx, o, 1, "create")
	c.settleWrite(o, m, 1, false, err)
}

func (c *churn) update(ctx context.Context, o *written) {
	m, err := c.send(ctx, o, o.n+1, "update")
	c.settleWrite(o, m, o.n+1, false, err)
}

func (c *churn) remove(ctx context.Context, o *written) {
	_, err := c.send(ctx, o, o.n, "delete")
	c.settleWrite(o, nil, o.n, true, err)
}

func (c *churn) send(ctx context.Context, o *written, n int, verb string) (metav1.Object, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	// every object moves in and out of the selector that one informer has
	m := metav1.ObjectMeta{Name: o.name, Labels: map[string]string{"even": strconv.FormatBool(n%2 == 0)}}
	data := map[string]string{"n": strconv.Itoa(n)}
	if o.resource == "configmaps" {
		api := c.client.CoreV1().ConfigMaps(c.namespace)
		switch verb {
		case "create":
			return api.Create(ctx, &corev1.ConfigMap{ObjectMeta: m, Data: data}, metav1.CreateOptions{})
		case "update":
			return api.Update(ctx, &corev1.ConfigMap{ObjectMeta: m, Data: data}, metav1.UpdateOptions{})
		}
		return nil, api.Delete(ctx, o.name, metav1.DeleteOptions{})
	}
	api := c.client.CoreV1().Secrets(c.namespace)
	secret := &corev1.Secret{ObjectMeta: m, Type: corev1.SecretTypeOpaque, Data: map[string][]byte{"n": []byte(data["n"])}}
	switch verb {
	case "create":
		return api.Create(ctx, secret, metav1.CreateOptions{})
	case "update":
		return api.Update(ctx, secret, metav1.UpdateOptions{})
	}
	return nil, api.Delete(ctx, o.name, metav1.DeleteOptions{})
}

func (c *churn) settleWrite(o *written, m metav1.Object, n int, deleted bool, err error) {
	c.lock.Lock()
	defer c.lock.Unlock()
	key := o.resource + "/" + o.name
	if c.objects[key] == nil {
		c.objects[key] = o
		c.living[o.worker] = append(c.living[o.worker], o)
	}
	if err != nil {
		// also an AlreadyExists or NotFound may follow a request whose answer was lost and that client-go sent again
		o.unsure = true
		return
	}
	c.writes.Add(1)
	o.n, o.deleted = n, deleted
	o.changes++
	if m != nil {
		o.uid = string(m.GetUID())
	}
}

// changes returns how often each object (by uid) was changed, and those of which it is not certain.
func (c *churn) changes(resource string) (map[string]int, map[string]bool) {
	c.lock.Lock()
	defer c.lock.Unlock()
	out, unsure := map[string]int{}, map[string]bool{}
	for _, o := range c.objects {
		if o.resource == resource && o.uid != "" {
			out[o.uid] = o.changes
			unsure[o.uid] = o.unsure
		}
	}
	return out, unsure
}

// expectAcknowledged checks that the server has every acknowledged write.
func (c *churn) expectAcknowledged(ctx context.Context, when string) {
	have := map[string]string{}
	maps, err := c.client.CoreV1().ConfigMaps(c.namespace).List(ctx, metav1.ListOptions{})
	if err == nil {
		for _, o := range maps.Items {
			have["configmaps/"+o.Name] = o.Data["n"]
		}
		var list *corev1.SecretList
		if list, err = c.client.CoreV1().Secrets(c.namespace).List(ctx, metav1.ListOptions{}); err == nil {
			for _, o := range list.Items {
				have["secrets/"+o.Name] = string(o.Data["n"])
			}
		}
	}
	if err != nil {
		check(false, "%s: list: %v", when, err)
		return
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	var lost []string
	sure := 0
	for key, o := range c.objects {
		if o.unsure {
			continue
		}
		sure++
		n, there := have[key]
		if there == o.deleted || there && n != strconv.Itoa(o.n) {
			lost = append(lost, fmt.Sprintf("%s: acknowledged n=%d deleted=%v, on the server n=%q", key, o.n, o.deleted, n))
		}
	}
	check(len(lost) == 0, "%s: all acknowledged writes to %d objects are there %v", when, sure, first(lost, 3))
}
