package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

const group = "/apis/ext.example.com"

// serveThings serves a resource that never changes, and what describes it.
func serveThings(mux *http.ServeMux) {
	resources := []map[string]any{
		{"name": "things", "singularName": "thing", "namespaced": true, "kind": "Thing", "verbs": []string{"get", "list", "watch"}, "shortNames": []string{"th"}, "categories": []string{"all"}},
		{"name": "things/status", "singularName": "", "namespaced": true, "kind": "Thing", "verbs": []string{"get"}},
		{"name": "do", "singularName": "deed", "namespaced": false, "kind": "Deed", "verbs": []string{"get", "create", "update", "patch", "delete"}},
	}
	mux.HandleFunc(group+"/v1", func(w http.ResponseWriter, r *http.Request) {
		answer(w, 200, map[string]any{"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "ext.example.com/v1", "resources": resources})
	})
	mux.HandleFunc(group, func(w http.ResponseWriter, r *http.Request) {
		version := map[string]any{"groupVersion": "ext.example.com/v1", "version": "v1"}
		answer(w, 200, map[string]any{"kind": "APIGroup", "apiVersion": "v1", "name": "ext.example.com", "versions": []any{version}, "preferredVersion": version})
	})
	mux.HandleFunc("/openapi/v3", func(w http.ResponseWriter, r *http.Request) {
		answer(w, 200, map[string]any{"paths": map[string]any{"apis/ext.example.com/v1": map[string]any{"serverRelativeURL": "/openapi/v3/apis/ext.example.com/v1?hash=ABC"}}})
	})
	mux.HandleFunc("/openapi/v3/apis/ext.example.com/v1", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"ABC"`)
		if r.Header.Get("If-None-Match") == `"ABC"` {
			w.WriteHeader(304)
			return
		}
		answer(w, 200, map[string]any{"openapi": "3.0.0", "info": map[string]any{"title": "extension", "version": "v1"},
			"paths": map[string]any{group + "/v1/namespaces/{namespace}/things/{name}": map[string]any{"get": map[string]any{
				"operationId": "readThing", "responses": map[string]any{"200": map[string]any{"description": "OK"}},
				"x-kubernetes-action": "get", "x-kubernetes-group-version-kind": kind()}}},
			"components": map[string]any{"schemas": map[string]any{"com.example.ext.v1.Thing": schema()}}})
	})
	mux.HandleFunc("/openapi/v2", func(w http.ResponseWriter, r *http.Request) {
		answer(w, 200, map[string]any{"swagger": "2.0", "info": map[string]any{"title": "extension", "version": "v1"},
			"paths": map[string]any{group + "/v1/namespaces/{namespace}/things/{name}": map[string]any{"get": map[string]any{
				"operationId": "readThing", "responses": map[string]any{"200": map[string]any{"description": "OK",
					"schema": map[string]any{"$ref": "#/definitions/com.example.ext.v1.Thing"}}},
				"x-kubernetes-action": "get", "x-kubernetes-group-version-kind": kind()}}},
			"definitions": map[string]any{"com.example.ext.v1.Thing": schema()}})
	})
	things := func(w http.ResponseWriter, r *http.Request) {
		if name := r.PathValue("name"); name != "" && name != "a" && name != "b" {
			status(w, 404, "NotFound", `things "`+name+`" not found`)
		} else if r.URL.Query().Get("watch") != "" {
			watch(w, r)
		} else if name != "" {
			answer(w, 200, thing(r.PathValue("ns"), name))
		} else if strings.Contains(r.Header.Get("Accept"), "as=Table") {
			answer(w, 200, table(r.PathValue("ns")))
		} else {
			answer(w, 200, map[string]any{"kind": "ThingList", "apiVersion": "ext.example.com/v1", "metadata": map[string]any{"resourceVersion": "2"},
				"items": []any{thing(r.PathValue("ns"), "a"), thing(r.PathValue("ns"), "b")}})
		}
	}
	mux.HandleFunc("GET "+group+"/v1/things", things)
	mux.HandleFunc("GET "+group+"/v1/namespaces/{ns}/things", things)
	mux.HandleFunc("GET "+group+"/v1/namespaces/{ns}/things/{name}", things)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		status(w, 404, "NotFound", "the extension has no "+r.URL.Path)
	})
}

func kind() map[string]any {
	return map[string]any{"group": "ext.example.com", "version": "v1", "kind": "Thing"}
}

func schema() map[string]any {
	text := map[string]any{"type": "string", "description": "What it is."}
	return map[string]any{"type": "object", "description": "A thing.", "x-kubernetes-group-version-kind": []any{kind()},
		"properties": map[string]any{"apiVersion": map[string]any{"type": "string"}, "kind": map[string]any{"type": "string"}, "what": text}}
}

func thing(namespace, name string) map[string]any {
	if namespace == "" {
		namespace = "default"
	}
	return map[string]any{"kind": "Thing", "apiVersion": "ext.example.com/v1", "what": "the thing " + name,
		"metadata": map[string]any{"name": name, "namespace": namespace, "uid": "00000000-0000-0000-0000-00000000000" + map[string]string{"a": "1", "b": "2"}[name], "resourceVersion": "2"}}
}

func table(namespace string) map[string]any {
	rows := []any{}
	for _, name := range []string{"a", "b"} {
		rows = append(rows, map[string]any{"cells": []any{name, "the thing " + name}, "object": map[string]any{
			"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": thing(namespace, name)["metadata"]}})
	}
	column := func(name string) map[string]any {
		return map[string]any{"name": name, "type": "string", "format": "", "description": "", "priority": 0}
	}
	return map[string]any{"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": map[string]any{}, "rows": rows,
		"columnDefinitions": []any{column("Name"), column("What")}}
}

// watch sends two events at once and, unless ?timeoutSeconds ends it before, a bookmark each tenth of a second.
func watch(w http.ResponseWriter, r *http.Request) {
	end := time.After(time.Hour)
	if seconds := r.URL.Query().Get("timeoutSeconds"); seconds != "" {
		duration, _ := time.ParseDuration(seconds + "s")
		end = time.After(duration)
	}
	w.Header().Set("Content-Type", "application/json")
	flush := http.NewResponseController(w).Flush
	event := func(kind string, object any) {
		_ = json.NewEncoder(w).Encode(map[string]any{"type": kind, "object": object})
	}
	event("ADDED", thing(r.PathValue("ns"), "a"))
	event("ADDED", thing(r.PathValue("ns"), "b"))
	_ = flush()
	for version := 3; ; version++ {
		select {
		case <-end:
			return
		case <-r.Context().Done():
			return
		case <-time.After(100 * time.Millisecond):
			event("BOOKMARK", map[string]any{"kind": "Thing", "apiVersion": "ext.example.com/v1", "metadata": map[string]any{"resourceVersion": fmt.Sprint(version)}})
			_ = flush()
		}
	}
}

func answer(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body)
}

func status(w http.ResponseWriter, code int, reason, message string) {
	answer(w, code, map[string]any{"kind": "Status", "apiVersion": "v1", "metadata": map[string]any{}, "status": "Failure", "message": message, "reason": reason, "code": code})
}
