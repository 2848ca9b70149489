package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"rheo.dev/compat/history/judge"
	"rheo.dev/compat/history/record"
)

// recorded starts everything, lets clients work through faults, and returns what happened.
func recorded(ctx context.Context) (*record.History, error) {
	r := &recorder{began: time.Now()}
	h := &r.history
	h.Bodies = map[string]json.RawMessage{}
	h.Meta = record.Meta{Run: fmt.Sprintf("history-%d", time.Now().UnixNano()%1e9), Seed: *seed, KeepsHistory: !*upstream, Store: "the servers' own store"}
	h.Meta.Namespaces = []string{h.Meta.Run + "-1", h.Meta.Run + "-2"}
	c := &cluster{restart: *restart, random: rand.New(rand.NewSource(*seed)), recorder: r}
	defer c.end()
	configs, err := c.start()
	if err != nil {
		return nil, err
	}
	var endpoints []*endpoint
	for i, config := range configs {
		e, err := newEndpoint(i, config)
		if err != nil {
			return nil, err
		}
		endpoints = append(endpoints, e)
	}
	for _, namespace := range h.Meta.Namespaces {
		var o record.Operation
		body := map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": namespace}}
		if endpoints[0].do(&o, "POST", "/api/v1/namespaces", nil, jsonForm, body, &metav1.PartialObjectMetadata{}); o.Outcome != record.OK {
			return nil, fmt.Errorf("namespace %s: %d %s", namespace, o.Code, o.Message)
		}
	}
	s := &sight{}
	last := newClient(*clientCount, endpoints[0], r, s)
	began := last.list(record.Operation{Client: last.id, Verb: "list", Selector: r.selector()})
	if began.Outcome != record.OK {
		return nil, fmt.Errorf("the first list: %d %s", began.Code, began.Message)
	}
	h.Meta.Base = began.ListRV

	following, stopFollowing := context.WithCancel(ctx)
	defer stopFollowing()
	var told *changes
	if c.etcd != nil {
		h.Meta.Store = "etcd"
		told = fromEtcd(following, c.etcd, r, h.Meta.Base)
	} else {
		told = fromServer(following, endpoints[0], r, h.Meta.Base)
	}
	c.reference = told
	chains := newChains(r, endpoints, s)
	var streams, working sync.WaitGroup
	for _, chain := range chains {
		streams.Go(func() { chain.follow(following, r, h.Meta.Base) })
	}
	var enough atomic.Bool
	for i := range *clientCount {
		worker := newClient(i, endpoints[i%len(endpoints)], r, s)
		working.Go(func() { worker.work(&enough) })
	}
	fmt.Printf("     %s, %d servers, seed %d\n", h.Meta.Store, len(endpoints), *seed)
	h.Meta.Faults, err = c.strike(ctx, time.Now().Add(*howLong))
	enough.Store(true)
	working.Wait()
	if err != nil {
		return nil, err
	}
	if err := finish(r, last, endpoints, told); err != nil {
		return nil, err
	}
	r.lock.Lock()
	h.Changes = told.told()
	for _, chain := range chains {
		chain.target.Store(judge.Last(h, chain.namespace, chain.selector))
	}
	r.lock.Unlock()
	late := time.AfterFunc(30*time.Second, stopFollowing)
	streams.Wait()
	check(late.Stop(), "all %d followers were told of the last change within 30 s", len(chains))
	return h, told.fault()
}

// finish writes something last that every watch is told of, waits until the reference knows it, and reads everything.
func finish(r *recorder, last *client, endpoints []*endpoint, told *changes) error {
	var rv uint64
	for _, namespace := range r.history.Meta.Namespaces {
		for i, color := range append(colors, colors...) {
			key := fmt.Sprintf("%s/c%d", namespace, i)
			deadline := time.Now().Add(30 * time.Second)
			for {
				o := last.create(key, color)
				if o.Outcome == record.Exists {
					o = last.patch(key, color, "")
				}
				if o.Outcome == record.OK {
					rv = o.Object.RV
					break
				}
				if time.Now().After(deadline) {
					return fmt.Errorf("nothing can be written any more: %v", o)
				}
				time.Sleep(100 * time.Millisecond)
			}
		}
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if all := told.told(); len(all) > 0 && all[len(all)-1].RV >= rv {
			break
		}
		if time.Now().After(deadline) || told.fault() != nil {
			return fmt.Errorf("the last change, at %d, was not told: %v", rv, told.fault())
		}
	}
	for _, e := range endpoints {
		if err := readAll(newClient(last.id+1+e.server, e, r, last.sight), rv); err != nil {
			return err
		}
	}
	return nil
}

// readAll reads everything from one server, which has to answer now.
func readAll(reader *client, rv uint64) error {
	r := reader.recorder
	list := func(namespace, version, match string) *record.Operation {
		return reader.list(record.Operation{Client: reader.id, Verb: "list", Namespace: namespace, RV: version, Match: match})
	}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		o := list(r.history.Meta.Namespaces[0], "", "")
		if o.Outcome == record.OK {
			break
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("server %d does not recover: %v", reader.endpoint.server, o)
		}
	}
	for _, namespace := range r.history.Meta.Namespaces {
		all := []*record.Operation{list(namespace, "", ""), list(namespace, fmt.Sprint(rv), "NotOlderThan"), list(namespace, fmt.Sprint(rv), "Exact")}
		for i := range names {
			all = append(all, reader.get(fmt.Sprintf("%s/c%d", namespace, i), ""))
		}
		for _, o := range all {
			if o.Outcome != record.OK && o.Outcome != record.NotFound {
				return fmt.Errorf("after all faults: %v: %d %s", o, o.Code, o.Message)
			}
		}
	}
	return nil
}

// start starts etcd and the servers, or finds those that run; it returns the servers' kubeconfigs.
func (c *cluster) start() ([]string, error) {
	var err error
	var addresses []string
	if *etcdBinary != "" {
		if c.members, err = newMembers(*etcdBinary, filepath.Join(*dir, *name), 3); err != nil {
			return nil, err
		}
		for _, m := range c.members {
			addresses = append(addresses, m.address)
		}
	} else if *etcdAddress != "" {
		addresses = strings.Split(*etcdAddress, ",")
	}
	if len(addresses) > 0 {
		c.etcd, err = clientv3.New(clientv3.Config{Endpoints: addresses, DialTimeout: 10 * time.Second, DialKeepAliveTime: time.Second,
			DialKeepAliveTimeout: time.Second, Logger: zap.NewNop()})
		if err != nil {
			return nil, err
		}
	}
	if *kubeconfigs != "" {
		return strings.Split(*kubeconfigs, ","), nil
	}
	if c.restart == "" {
		return nil, fmt.Errorf("give --restart COMMAND or --kubeconfigs FILE,…")
	}
	c.servers, err = newServers(c.restart, filepath.Join(*dir, *name), *servers, c.members)
	var configs []string
	for _, s := range c.servers {
		configs = append(configs, s.kubeconfig)
	}
	return configs, err
}

// end ends all that was started.
func (c *cluster) end() {
	for _, s := range c.servers {
		s.lock.Lock()
		out, err := exec.Command("bash", "-c", `. "$1/rheo.sh"; RHEO_DIR=$2 rheo_stop TERM`, "end", strings.TrimSuffix(c.restart, "/restart"), s.folder).CombinedOutput()
		check(err == nil, "SIGTERM ended the server in %s %s", s.folder, out)
		s.lock.Unlock()
	}
	if c.etcd != nil {
		_ = c.etcd.Close()
	}
	for _, m := range c.members {
		m.signal(syscall.SIGCONT)
		m.signal(syscall.SIGKILL)
	}
}
