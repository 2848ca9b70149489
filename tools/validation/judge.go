package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/apiserver/pkg/warning"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
)

const (
	uid  = "00000000-0000-4000-8000-000000000001"
	born = "2026-01-02T03:04:05Z"
)

// verdict is what is said of one write.
type verdict struct {
	object    map[string]any // as stored; nil if refused
	errors    []any
	warnings  []string
	undecided error // the write does not get as far as validation, or breaks it
}

func (k *kind) judgeCreate(object map[string]any) (said verdict) {
	defer caught(&said)
	decoded, err := k.decode(object)
	if err != nil {
		return verdict{undecided: err}
	}
	accessor, err := meta.Accessor(decoded)
	if err != nil {
		return verdict{undecided: err}
	}
	ctx, warnings := k.context("")
	namespace := ""
	if k.namespaced {
		namespace = "default"
	}
	accessor.SetNamespace(namespace)
	accessor.SetUID(uid)
	accessor.SetCreationTimestamp(bornAt())
	if err := rest.BeforeCreate(k.create, ctx, decoded); err != nil {
		return refusal(err)
	}
	return k.stored(decoded, warnings)
}

func (k *kind) judgeUpdate(op string, object, old map[string]any) (said verdict) {
	defer caught(&said)
	before, err := k.decode(old)
	if err != nil {
		return verdict{undecided: err}
	}
	after, err := k.decode(object)
	if err != nil {
		return verdict{undecided: err}
	}
	for _, one := range []runtime.Object{before, after} {
		accessor, err := meta.Accessor(one)
		if err != nil {
			return verdict{undecided: err}
		}
		accessor.SetResourceVersion("1")
	}
	_, subresource, _ := strings.Cut(op, "/")
	ctx, warnings := k.context(subresource)
	if err := rest.BeforeUpdate(k.updates[op], ctx, after, before); err != nil {
		return refusal(err)
	}
	return k.stored(after, warnings)
}

// storedAnyway is an object as an earlier release stored it, when less was demanded.
func (k *kind) storedAnyway(object map[string]any) (map[string]any, error) {
	decoded, err := k.decode(object)
	if err != nil {
		return nil, err
	}
	accessor, err := meta.Accessor(decoded)
	if err != nil {
		return nil, err
	}
	accessor.SetUID(uid)
	accessor.SetCreationTimestamp(bornAt())
	accessor.SetGeneration(1)
	said := k.stored(decoded, &recorder{})
	return said.object, said.undecided
}

func caught(said *verdict) {
	if r := recover(); r != nil {
		*said = verdict{undecided: fmt.Errorf("%v", r)}
	}
}

func bornAt() metav1.Time {
	t, err := time.Parse(time.RFC3339, born)
	if err != nil {
		panic(err)
	}
	return metav1.NewTime(t)
}

// context makes the context of one request by an administrator.
func (k *kind) context(subresource string) (context.Context, *recorder) {
	warnings := &recorder{}
	ctx := warning.WithWarningRecorder(context.Background(), warnings)
	ctx = request.WithNamespace(ctx, "")
	if k.namespaced {
		ctx = request.WithNamespace(ctx, "default")
	}
	ctx = request.WithUser(ctx, &user.DefaultInfo{
		Name: "admin", UID: "admin", Groups: []string{"system:masters", "system:authenticated"},
	})
	return request.WithRequestInfo(ctx, &request.RequestInfo{
		IsResourceRequest: true, APIGroup: k.gvk.Group, APIVersion: k.gvk.Version, Resource: k.resource, Subresource: subresource,
	}), warnings
}

type recorder struct{ texts []string }

func (r *recorder) AddWarning(_, text string) { r.texts = append(r.texts, text) }

// decode takes an object as the server does when it reads a body: defaulted, in the internal version.
func (k *kind) decode(object map[string]any) (runtime.Object, error) {
	text, err := json.Marshal(object)
	if err != nil {
		return nil, err
	}
	decoder := legacyscheme.Codecs.UniversalDecoder(schema.GroupVersion{Group: k.gvk.Group, Version: runtime.APIVersionInternal})
	decoded, _, err := decoder.Decode(text, nil, nil)
	return decoded, err
}

func (k *kind) stored(object runtime.Object, warnings *recorder) verdict {
	if accessor, err := meta.Accessor(object); err == nil {
		accessor.SetResourceVersion("")
	}
	text, err := runtime.Encode(legacyscheme.Codecs.LegacyCodec(k.gvk.GroupVersion()), object)
	if err != nil {
		return verdict{undecided: err}
	}
	var tree map[string]any
	if err := json.Unmarshal(text, &tree); err != nil {
		return verdict{undecided: err}
	}
	// What is read from the store is defaulted again.
	if again, err := k.decode(tree); err == nil {
		if text, err = runtime.Encode(legacyscheme.Codecs.LegacyCodec(k.gvk.GroupVersion()), again); err == nil {
			tree = nil
			if err := json.Unmarshal(text, &tree); err != nil {
				return verdict{undecided: err}
			}
		}
	}
	return verdict{object: withoutNow(tree).(map[string]any), warnings: warnings.texts}
}

var recent = regexp.MustCompile(`^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$`)

// withoutNow replaces times of this run, which differ from run to run, by NOW.
func withoutNow(node any) any {
	switch n := node.(type) {
	case map[string]any:
		for key, value := range n {
			n[key] = withoutNow(value)
		}
	case []any:
		for i, value := range n {
			n[i] = withoutNow(value)
		}
	case string:
		if recent.MatchString(n) {
			if t, err := time.Parse(time.RFC3339, n); err == nil && time.Since(t).Abs() < time.Hour {
				return "NOW"
			}
		}
	}
	return node
}

func refusal(err error) verdict {
	var status apierrors.APIStatus
	if !errors.As(err, &status) || status.Status().Code != 422 || status.Status().Details == nil {
		return verdict{undecided: err}
	}
	faults := []any{}
	for _, cause := range status.Status().Details.Causes {
		faults = append(faults, []string{string(cause.Type), cause.Field, cause.Message})
	}
	return verdict{errors: faults}
}
