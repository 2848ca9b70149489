package main

import (
	"net/http"
	"os"
	"strings"
	"time"
)

const metrics = "/apis/metrics.k8s.io/v1beta1"

// serveMetrics serves what kubectl top reads. NODES has names, PODS has namespace/name, both between commas.
func serveMetrics(mux *http.ServeMux) {
	resource := func(name, kind string, namespaced bool) map[string]any {
		return map[string]any{"name": name, "singularName": "", "namespaced": namespaced, "kind": kind, "verbs": []string{"get", "list"}}
	}
	mux.HandleFunc(metrics, func(w http.ResponseWriter, r *http.Request) {
		answer(w, 200, map[string]any{"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "metrics.k8s.io/v1beta1",
			"resources": []any{resource("nodes", "NodeMetrics", false), resource("pods", "PodMetrics", true)}})
	})
	list := func(kind string, items []any) map[string]any {
		return map[string]any{"kind": kind, "apiVersion": "metrics.k8s.io/v1beta1", "metadata": map[string]any{}, "items": items}
	}
	usage := map[string]any{"cpu": "250m", "memory": "64Mi"}
	item := func(kind, namespace, name string) map[string]any {
		metadata := map[string]any{"name": name}
		if namespace != "" {
			metadata["namespace"] = namespace
		}
		return map[string]any{"kind": kind, "apiVersion": "metrics.k8s.io/v1beta1", "metadata": metadata,
			"timestamp": time.Now().UTC().Format(time.RFC3339), "window": "30s"}
	}
	mux.HandleFunc("GET "+metrics+"/nodes", func(w http.ResponseWriter, r *http.Request) {
		items := []any{}
		for _, name := range named("NODES") {
			node := item("NodeMetrics", "", name)
			node["usage"] = usage
			items = append(items, node)
		}
		answer(w, 200, list("NodeMetricsList", items))
	})
	pods := func(w http.ResponseWriter, r *http.Request) {
		items := []any{}
		for _, pod := range named("PODS") {
			namespace, name, _ := strings.Cut(pod, "/")
			if wanted := r.PathValue("ns"); wanted == "" || wanted == namespace {
				metrics := item("PodMetrics", namespace, name)
				metrics["containers"] = []any{map[string]any{"name": "c", "usage": usage}}
				items = append(items, metrics)
			}
		}
		answer(w, 200, list("PodMetricsList", items))
	}
	mux.HandleFunc("GET "+metrics+"/pods", pods)
	mux.HandleFunc("GET "+metrics+"/namespaces/{ns}/pods", pods)
}

func named(variable string) []string {
	return strings.FieldsFunc(os.Getenv(variable), func(r rune) bool { return r == ',' })
}
