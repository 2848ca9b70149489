// Writes test vectors for strategic merge patches: random Pods and patches of them, and what
// k8s.io/apimachinery makes of the two. One JSON object a line:
//
//	go run . | gzip -9n > ../../merge/src/test/resources/dev/rheo/merge/strategic.jsonl.gz
package main

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"os"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
)

var r = rand.New(rand.NewSource(7))

type M = map[string]interface{}
type L = []interface{}

var names = []string{"a", "b", "c", "d", "e"}

func pick(n int) []string {
	p := r.Perm(len(names))
	k := r.Intn(n + 1)
	out := []string{}
	for i := 0; i < k; i++ {
		out = append(out, names[p[i]])
	}
	return out
}
func strs(s []string) L {
	l := L{}
	for _, x := range s {
		l = append(l, x)
	}
	return l
}
func labels() M {
	m := M{}
	for _, n := range pick(4) {
		m[n] = fmt.Sprint(r.Intn(3))
	}
	return m
}
func env(patch bool) L {
	l := L{}
	for _, n := range pick(4) {
		e := M{"name": n, "value": fmt.Sprint(r.Intn(3))}
		if patch && r.Intn(5) == 0 {
			e = M{"name": n, "$patch": "delete"}
		}
		l = append(l, e)
	}
	return l
}
func container(n string, patch bool) M {
	c := M{"name": n}
	if r.Intn(2) == 0 || !patch {
		c["image"] = fmt.Sprint("i", r.Intn(3))
	}
	if r.Intn(2) == 0 {
		c["env"] = env(patch)
	}
	if r.Intn(2) == 0 {
		c["args"] = strs(pick(3))
	}
	if r.Intn(3) == 0 {
		ports := L{}
		for _, n := range pick(3) {
			ports = append(ports, M{"containerPort": 80 + int(n[0]-'a'), "name": fmt.Sprint(n, r.Intn(2))})
		}
		c["ports"] = ports
	}
	if patch && r.Intn(6) == 0 {
		c["image"] = nil
	}
	if r.Intn(4) == 0 {
		c["resources"] = M{"limits": M{"cpu": fmt.Sprint(1 + r.Intn(3))}}
		if patch && r.Intn(3) == 0 {
			c["resources"] = M{"$patch": "replace", "requests": M{"cpu": "9"}}
		}
	}
	return c
}
func containers(patch bool) L {
	l := L{}
	for _, n := range pick(4) {
		if patch && r.Intn(6) == 0 {
			l = append(l, M{"name": n, "$patch": "delete"})
		} else {
			l = append(l, container(n, patch))
		}
	}
	if patch && r.Intn(12) == 0 {
		l = append(l, M{"$patch": "replace"})
	}
	return l
}
func volumes(patch bool) L {
	l := L{}
	for _, n := range pick(3) {
		v := M{"name": n}
		switch r.Intn(3) {
		case 0:
			v["emptyDir"] = M{}
			if patch {
				v["$retainKeys"] = L{"name", "emptyDir"}
			}
		case 1:
			v["hostPath"] = M{"path": "/x"}
			if patch {
				v["$retainKeys"] = L{"name", "hostPath"}
			}
		default:
			v["secret"] = M{"secretName": n}
		}
		l = append(l, v)
	}
	return l
}
func pod(patch bool) M {
	meta := M{}
	if r.Intn(2) == 0 {
		meta["labels"] = labels()
		if patch && r.Intn(4) == 0 {
			meta["labels"].(M)["a"] = nil
		}
		if patch && r.Intn(8) == 0 {
			meta["labels"] = M{"$patch": "replace", "z": "1"}
		}
		if patch && r.Intn(10) == 0 {
			meta["labels"] = M{"$patch": "delete"}
		}
		if patch && r.Intn(10) == 0 {
			meta["labels"] = nil
		}
	}
	if r.Intn(2) == 0 {
		meta["finalizers"] = strs(pick(4))
		if patch && r.Intn(2) == 0 {
			meta["$deleteFromPrimitiveList/finalizers"] = strs(pick(3))
		}
		// an empty order turns what is added round, by an accident of a sort
		if order := pick(5); patch && len(order) > 0 && r.Intn(2) == 0 {
			meta["$setElementOrder/finalizers"] = strs(order)
		}
	}
	spec := M{"containers": containers(patch)}
	if patch && r.Intn(2) == 0 {
		// an order that holds what the patch holds
		order := L{}
		p := r.Perm(len(names))
		for _, i := range p {
			if r.Intn(4) != 0 {
				order = append(order, M{"name": names[i]})
			}
		}
		if len(order) > 0 {
			spec["$setElementOrder/containers"] = order
		}
	}
	if patch && r.Intn(4) == 0 {
		delete(spec, "containers")
	}
	if r.Intn(2) == 0 {
		spec["volumes"] = volumes(patch)
	}
	if r.Intn(2) == 0 {
		spec["nodeName"] = fmt.Sprint("n", r.Intn(3))
	}
	if r.Intn(3) == 0 {
		spec["tolerations"] = L{M{"key": fmt.Sprint(r.Intn(3))}}
	}
	if patch && r.Intn(6) == 0 {
		spec["nodeName"] = nil
	}
	if r.Intn(4) == 0 {
		spec["securityContext"] = M{"runAsUser": r.Intn(3), "supplementalGroups": L{r.Intn(3), 7}}
	}
	return M{"kind": "Pod", "apiVersion": "v1", "metadata": meta, "spec": spec}
}

// settled tells whether the result is always the same: a patch that adds to a list and deletes from
// it is applied in the order of a Go map.
func settled(original, patch, result []byte) bool {
	for i := 0; i < 20; i++ {
		again, _ := strategicpatch.StrategicMergePatch(original, patch, corev1.Pod{})
		if string(again) != string(result) {
			return false
		}
	}
	return true
}

func main() {
	n := 0
	enc := json.NewEncoder(os.Stdout)
	enc.SetEscapeHTML(false)
	seenErr := map[string]int{}
	for i := 0; n < 250 && i < 100000; i++ {
		o, p := pod(false), pod(true)
		delete(p, "kind")
		delete(p, "apiVersion")
		ob, _ := json.Marshal(o)
		pb, _ := json.Marshal(p)
		res, err := strategicpatch.StrategicMergePatch(ob, pb, corev1.Pod{})
		if !settled(ob, pb, res) {
			continue
		}
		c := M{"original": json.RawMessage(ob), "patch": json.RawMessage(pb)}
		if err != nil {
			k := err.Error()[:12]
			seenErr[k]++
			if seenErr[k] > 6 {
				continue
			}
			c["error"] = err.Error()
		} else {
			c["result"] = json.RawMessage(res)
		}
		n++
		enc.Encode(c)
	}
	fmt.Fprintln(os.Stderr, seenErr, n)
}
