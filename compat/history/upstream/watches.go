package main

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/apiserver/pkg/storage"
	"k8s.io/apiserver/pkg/storage/testing/correctness"

	"rheo.dev/compat/history/record"
)

// watches hands every stream to Kubernetes' validator. Of a watch list that was cut within its initial events it knows nothing.
func (t *translation) watches(v *verdict, replay *correctness.Replay) {
	validator := correctness.NewWatchValidator(versioner, replay, keyOfObject)
	for i := range t.history.Watches {
		w := &t.history.Watches[i]
		if w.Initial && !slices.ContainsFunc(w.Events, func(e record.Event) bool { return e.Type == "BOOKMARK" }) {
			continue
		}
		v.streams++
		v.events += len(w.Events)
		if err := t.stream(&validator, w); err != nil {
			v.fault("%v: %v", w, err)
		}
	}
}

func (t *translation) stream(validator *correctness.WatchValidator, w *record.Watch) error {
	predicate, err := t.predicate(w.Selector)
	if err != nil {
		return err
	}
	predicate.AllowWatchBookmarks = w.Bookmarks
	request := correctness.WatchRequest{Key: prefixOf(w.Namespace), Options: storage.ListOptions{ResourceVersion: t.version(w.RV), Recursive: true, Predicate: predicate}}
	if w.Initial {
		yes := true
		request.Options.SendInitialEvents, request.Options.ResourceVersionMatch = &yes, metav1.ResourceVersionMatchNotOlderThan
	}
	var response correctness.WatchResponse
	for i := range w.Events {
		e := &w.Events[i]
		if e.Type == "BOOKMARK" {
			m := &corev1.ConfigMap{}
			if err := versioner.UpdateObject(m, t.rank(e.RV)); err != nil {
				return err
			}
			if e.End {
				m.Annotations = map[string]string{metav1.InitialEventsAnnotationKey: "true"}
			}
			response.Events = append(response.Events, watch.Event{Type: watch.Bookmark, Object: m})
			continue
		}
		m, err := t.seen(&record.Version{Key: e.Key, RV: e.RV, Digest: e.Digest})
		if err != nil {
			return err
		}
		response.Events = append(response.Events, watch.Event{Type: watch.EventType(e.Type), Object: m})
	}
	return validator.ValidateWatch(request, response)
}
