// Command informing runs one informer of client-go for bench/informers. It obeys orders, one a line, and answers each with
// one line of JSON; dev.rheo.bench.Main says what they are.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

const stampAnnotation = "bench.rheo.dev/stamp"

func main() {
	subject := flag.String("subject", "client-go", "client-go or client-go-protobuf")
	server := flag.String("server", "", "address of the server")
	kind := flag.String("kind", "configmaps", "configmaps or secrets")
	handlers := flag.Int("handlers", 1, "number of handlers")
	collect := flag.Bool("collect", false, "collect garbage every 200 ms and measure what lives")
	flag.Parse()

	config := &rest.Config{Host: *server, QPS: -1}
	// Without a choice the typed clients ask for protobuf.
	if *subject == "client-go" {
		config.ContentType = "application/json"
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		panic(err)
	}
	core := informers.NewSharedInformerFactory(client, 0).Core().V1()
	make := func() cache.SharedIndexInformer { return core.ConfigMaps().Informer() }
	if *kind == "secrets" {
		make = func() cache.SharedIndexInformer { return core.Secrets().Informer() }
	}
	r := &run{heap: newHeap(*collect)}
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		order := strings.Fields(in.Text())
		answer := r.obey(order, make, *handlers)
		if err := json.NewEncoder(os.Stdout).Encode(answer); err != nil {
			return
		}
	}
}

type run struct {
	heap     *heap
	informer cache.SharedIndexInformer
	tallies  []*tally
}

func (r *run) obey(order []string, make func() cache.SharedIndexInformer, handlers int) map[string]any {
	switch order[0] {
	case "start":
		begin := time.Now()
		r.informer = make()
		for range handlers {
			t := &tally{}
			r.tallies = append(r.tallies, t)
			if _, err := r.informer.AddEventHandler(t); err != nil {
				panic(err)
			}
		}
		go r.informer.Run(nil)
		r.until(func(t *tally) bool {
			return r.informer.HasSynced() && t.added.Load() >= int64(len(r.informer.GetStore().ListKeys()))
		}, time.Hour)
		return map[string]any{"seconds": time.Since(begin).Seconds(), "objects": len(r.informer.GetStore().ListKeys())}
	case "live":
		return map[string]any{"bytes": r.heap.live()}
	case "peak":
		return r.heap.peakSince()
	case "expect":
		count, err := strconv.ParseInt(order[2], 10, 64)
		if err != nil {
			panic(err)
		}
		for _, t := range r.tallies {
			t.expect(order[1], count)
		}
		return map[string]any{}
	case "await":
		seconds, err := strconv.Atoi(order[1])
		if err != nil {
			panic(err)
		}
		complete := r.until(func(t *tally) bool { return t.toldAt.Load() > 0 }, time.Duration(seconds)*time.Second)
		told, counts := int64(0), []int64{}
		for _, t := range r.tallies {
			told = max(told, t.toldAt.Load())
			counts = append(counts, t.stamped.Load())
		}
		return map[string]any{"complete": complete, "at": float64(told) / 1e6, "counts": counts}
	}
	panic(fmt.Sprintf("no such order: %q", order))
}

// until waits until something holds of each handler; looking costs nothing that could be measured.
func (r *run) until(holds func(*tally) bool, limit time.Duration) bool {
	end := time.Now().Add(limit)
	for _, t := range r.tallies {
		for !holds(t) {
			if time.Now().After(end) {
				return false
			}
			time.Sleep(2 * time.Millisecond)
		}
	}
	return true
}

// tally is a handler that counts.
type tally struct {
	added   atomic.Int64
	stamped atomic.Int64
	toldAt  atomic.Int64 // when the last one that was expected came, in microseconds
	stamp   atomic.Pointer[string]
	count   int64
}

func (t *tally) expect(stamp string, count int64) {
	t.count = count
	t.stamped.Store(0)
	t.toldAt.Store(0)
	t.stamp.Store(&stamp)
}

func (t *tally) OnAdd(any, bool) { t.added.Add(1) }

func (t *tally) OnDelete(any) {}

func (t *tally) OnUpdate(_, now any) {
	stamp := t.stamp.Load()
	if stamp == nil || now.(metav1.Object).GetAnnotations()[stampAnnotation] != *stamp {
		return
	}
	if t.stamped.Add(1) == t.count {
		t.toldAt.Store(time.Now().UnixMicro())
	}
}

// heap measures what lives: what is left after a collection.
type heap struct {
	peak        atomic.Uint64
	collections atomic.Int64
}

func newHeap(collect bool) *heap {
	h := &heap{}
	if collect {
		go func() {
			for {
				h.live()
				time.Sleep(200 * time.Millisecond)
			}
		}()
	}
	return h
}

func (h *heap) live() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	h.collections.Add(1)
	for {
		peak := h.peak.Load()
		if m.HeapAlloc <= peak || h.peak.CompareAndSwap(peak, m.HeapAlloc) {
			return m.HeapAlloc
		}
	}
}

// peakSince is the peak since it was asked for last.
func (h *heap) peakSince() map[string]any {
	return map[string]any{"bytes": h.peak.Swap(0), "collections": h.collections.Swap(0)}
}
