package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
)

// expectStored checks that the servers list what etcd holds: the same names at the same revisions.
func expectStored(ctx context.Context, client dynamic.Interface) {
	for _, resource := range []schema.GroupVersionResource{configMaps, secrets} {
		held, err := inEtcd(ctx, resource.Resource)
		listed := map[string]string{}
		if err == nil {
			list, failed := client.Resource(resource).Namespace(namespaceOf).List(ctx, metav1.ListOptions{})
			if err = failed; err == nil {
				for _, o := range list.Items {
					listed[o.GetName()] = o.GetResourceVersion()
				}
			}
		}
		if err != nil {
			check(false, "etcd's %s: %v", resource.Resource, err)
			continue
		}
		problem := difference(held, listed, "list")
		check(problem == "", "the list is what etcd holds, %d %s %s", len(held), resource.Resource, problem)
	}
}

// inEtcd asks etcd's HTTP gateway: name → revision of the last change.
func inEtcd(ctx context.Context, resource string) (map[string]string, error) {
	prefix := fmt.Sprintf("/registry/%s/%s/", resource, namespaceOf)
	end := prefix[:len(prefix)-1] + "0" // the character after the slash
	request, err := json.Marshal(map[string]any{
		"key":       base64.StdEncoding.EncodeToString([]byte(prefix)),
		"range_end": base64.StdEncoding.EncodeToString([]byte(end)),
		"keys_only": true,
	})
	if err != nil {
		return nil, err
	}
	sent, err := http.NewRequestWithContext(ctx, http.MethodPost, *etcd+"/v3/kv/range", bytes.NewReader(request))
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(sent)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	var found struct {
		KVs []struct {
			Key      string
			Revision string `json:"mod_revision"`
		}
	}
	if err := json.NewDecoder(answer.Body).Decode(&found); err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, kv := range found.KVs {
		key, err := base64.StdEncoding.DecodeString(kv.Key)
		if err != nil {
			return nil, err
		}
		out[strings.TrimPrefix(string(key), prefix)] = kv.Revision
	}
	return out, nil
}
