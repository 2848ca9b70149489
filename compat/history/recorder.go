package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"rheo.dev/compat/history/record"
)

// recorder gathers the history.
type recorder struct {
	began   time.Time
	lock    sync.Mutex
	history record.History
}

func (r *recorder) now() int64 { return int64(time.Since(r.began)) }

// selector selects all objects of this run.
func (r *recorder) selector() string { return "history=" + r.history.Meta.Run }

// digest names an object without its version, and keeps it.
func (r *recorder) digest(m *corev1.ConfigMap) string {
	bare := m.DeepCopy()
	bare.ResourceVersion = ""
	bare.TypeMeta = metav1.TypeMeta{}
	for i := range bare.ManagedFields { // raw JSON, in the form of whoever wrote it
		f := &bare.ManagedFields[i]
		if f.FieldsV1 == nil {
			continue
		}
		var tree any
		if json.Unmarshal(f.FieldsV1.Raw, &tree) == nil {
			f.FieldsV1.Raw, _ = json.Marshal(tree)
		}
	}
	raw, err := json.Marshal(bare)
	if err != nil {
		panic(err)
	}
	sum := sha256.Sum256(raw)
	digest := hex.EncodeToString(sum[:8])
	r.lock.Lock()
	defer r.lock.Unlock()
	r.history.Bodies[digest] = raw
	return digest
}

func (r *recorder) version(m *corev1.ConfigMap) record.Version {
	rv, _ := strconv.ParseUint(m.ResourceVersion, 10, 64)
	return record.Version{Key: m.Namespace + "/" + m.Name, RV: rv, Digest: r.digest(m)}
}

func (r *recorder) operation(o record.Operation) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.history.Operations = append(r.history.Operations, o)
}

func (r *recorder) watch(w record.Watch) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.history.Watches = append(r.history.Watches, w)
}

func (r *recorder) compaction(c record.Compaction) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.history.Compactions = append(r.history.Compactions, c)
}
