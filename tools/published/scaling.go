package main

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

type scaleVector struct {
	Parent []metav1.ManagedFieldsEntry `json:"parent"`
	Scale  []metav1.ManagedFieldsEntry `json:"scale"`
	// What is written, and what the parent has then.
	Sent  []metav1.ManagedFieldsEntry `json:"sent"`
	After []metav1.ManagedFieldsEntry `json:"after"`
}

// The managed fields of an object in three versions, of which the third has no scale, if all managers apply.
func scaling(out *json.Encoder) {
	random := rand.New(rand.NewSource(4))
	mappings := managedfields.ResourcePathMappings{
		"example.com/v1": fieldpath.MakePathOrDie("spec", "replicas"),
		"example.com/v2": fieldpath.MakePathOrDie("spec", "size", "count"),
		"example.com/v3": nil,
	}
	fields := map[string][]string{
		"example.com/v1": {`{"f:spec":{"f:replicas":{}}}`, `{"f:spec":{"f:replicas":{},"f:color":{}}}`, `{"f:spec":{"f:color":{}}}`},
		"example.com/v2": {`{"f:spec":{"f:size":{"f:count":{}}}}`, `{"f:spec":{"f:size":{"f:count":{},"f:x":{}}}}`, `{"f:spec":{"f:replicas":{}}}`},
		"example.com/v3": {`{"f:spec":{"f:replicas":{}}}`},
		"example.com/v9": {`{"f:spec":{"f:replicas":{}}}`},
	}
	versions := []string{"example.com/v1", "example.com/v1", "example.com/v2", "example.com/v3", "example.com/v9"}
	for range 400 {
		vector := scaleVector{Parent: []metav1.ManagedFieldsEntry{}}
		seen := map[string]bool{}
		for n := random.Intn(4); n > 0; n-- {
			version := versions[random.Intn(len(versions))]
			entry := metav1.ManagedFieldsEntry{Manager: fmt.Sprint("m", random.Intn(3)), Operation: "Apply",
				APIVersion: version, FieldsType: "FieldsV1", Time: &metav1.Time{Time: time.Unix(1700000000+int64(random.Intn(5)), 0).UTC()}}
			entry.FieldsV1 = &metav1.FieldsV1{Raw: []byte(fields[version][random.Intn(len(fields[version]))])}
			if random.Intn(4) == 0 {
				entry.Subresource = "status"
			}
			key := entry.Manager + entry.Subresource
			if !seen[key] {
				seen[key] = true
				vector.Parent = append(vector.Parent, entry)
			}
		}
		handler := managedfields.NewScaleHandler(vector.Parent, schema.GroupVersion{Group: "example.com", Version: "v1"}, mappings)
		scale, err := handler.ToSubresource()
		must(err)
		vector.Scale = scale
		sent := append([]metav1.ManagedFieldsEntry{}, scale...)
		if len(sent) > 0 && random.Intn(3) == 0 {
			sent = sent[1:]
		}
		vector.Sent = sent
		vector.After, err = managedfields.NewScaleHandler(vector.Parent, schema.GroupVersion{Group: "example.com", Version: "v1"}, mappings).ToParent(sent)
		must(err)
		must(out.Encode(vector))
	}
}
