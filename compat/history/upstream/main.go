// Command upstream is the second judge of recorded histories: Kubernetes' own model of list and watch,
// k8s.io/apiserver/pkg/storage/testing/correctness, which needs Go 1.27.
//
// The model counts one up with each write. A server has other writes, too, so each version of the record is replaced by the number of
// changes up to it. What an answer over HTTP does not tell (the version of a 404, the inside of a continue token, the texts of
// conflicts) is taken from the model's state; which answer it is, and all objects and versions, are the record's.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"rheo.dev/compat/history/record"
)

func main() {
	history := flag.String("judge", "", "file with a history, which has to be good")
	bad := flag.String("bad", "", "folder with spoiled histories, in each of which a fault has to be found")
	flag.Parse()
	passed, failed := 0, 0
	check := func(ok bool, format string, args ...any) {
		word := "FAIL "
		if ok {
			word = "ok   "
			passed++
		} else {
			failed++
		}
		fmt.Println(word + fmt.Sprintf(format, args...))
	}
	if *history != "" {
		began := time.Now()
		v, err := judge(*history)
		if err != nil {
			v = &verdict{faults: []string{err.Error()}}
		}
		for i, fault := range v.faults {
			if i < 20 {
				fmt.Println("     " + fault)
			}
		}
		check(len(v.faults) == 0, "Kubernetes' own model: %d operations, %d reads of the past, %d streams with %d events; in %.1f s",
			v.operations, v.reads, v.streams, v.events, time.Since(began).Seconds())
	}
	files, _ := filepath.Glob(filepath.Join(*bad, "*.jsonl"))
	if *bad != "" && len(files) == 0 {
		check(false, "no spoiled history in %s", *bad)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".jsonl")
		v, err := judge(file)
		if err != nil {
			v = &verdict{faults: []string{err.Error()}}
		}
		found := ""
		if len(v.faults) > 0 {
			found = strings.Join(strings.Fields(v.faults[0]), " ")
		}
		check(found != "", "Kubernetes' own model finds: %s: %.200s", strings.ReplaceAll(name, "-", " "), found)
	}
	fmt.Printf("%d passed, %d failed\n", passed, failed)
	if failed > 0 {
		os.Exit(1)
	}
}

// verdict is what was judged, and what is wrong.
type verdict struct {
	operations, reads, streams, events int
	faults                             []string
}

func (v *verdict) fault(format string, args ...any) {
	v.faults = append(v.faults, fmt.Sprintf(format, args...))
}

func judge(file string) (*verdict, error) {
	h, err := record.Read(file)
	if err != nil {
		return nil, err
	}
	t, err := newTranslation(h)
	if err != nil {
		return nil, err
	}
	v := &verdict{}
	replay, err := t.replay()
	if err != nil {
		return nil, fmt.Errorf("the sequence of changes: %w", err)
	}
	for i := range h.Operations {
		o := &h.Operations[i]
		if o.IsWrite() || o.RV == "" && o.PageOf == 0 || o.Outcome != record.OK && o.Outcome != record.NotFound {
			continue
		}
		request, response, err := t.read(o)
		if err == nil {
			err = replay.Validate(request, response)
		}
		if v.reads++; err != nil {
			v.fault("%v: %v", o, err)
		}
	}
	t.watches(v, replay)
	if len(v.faults) == 0 {
		t.linearizable(v)
	}
	return v, nil
}
