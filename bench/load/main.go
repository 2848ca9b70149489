// Command load drives a Kubernetes API server for the benchmarks of bench/run: it creates objects, reads them with many
// readers at once, writes while others watch, and holds idle informers. It verifies every byte it reads against what was
// created, keeps none of them, and prints one JSON document about what it saw.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"

	"rheo.dev/bench/load/internal/process"
)

const usage = `usage: load COMMAND [flags]   (load COMMAND -h shows the flags)

  create   creates the objects of a new set and writes its manifest
  define   creates many definitions of custom resources, and waits until they are served
  ruled    writes custom resources that must fulfil many rules (CEL)
  await    waits until paths are answered
  delete   deletes the objects of a set
  read     reads a set with many readers at once: watch lists, lists or paged lists
  write    writes small objects while watchers receive them
  pods     creates, updates, patches or applies pods of some 10 KB, in JSON or protobuf
  renew    updates leases as kubelets do
  hold     keeps informers open that resume after each cut, until SIGTERM
  touch    changes an annotation of the objects of a set
  proxy    stands between a client and the server, keeps back watches or expires them, until SIGTERM
  aesgcm   measures AES-GCM on one core, by which the figures of different machines can be compared; needs no server
`

func main() {
	if len(os.Args) < 2 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	commands := map[string]func(*flag.FlagSet, []string) (any, error){
		"await": await, "create": create, "define": define, "ruled": ruled, "delete": remove, "read": read, "write": write, "pods": writePods, "renew": renew, "hold": hold, "touch": touch, "proxy": proxy, "aesgcm": aesgcm,
	}
	run, ok := commands[os.Args[1]]
	if !ok {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	process.RaiseFileLimit()
	begin := time.Now()
	result, err := run(flag.NewFlagSet(os.Args[1], flag.ExitOnError), os.Args[2:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "load "+os.Args[1]+":", err)
		os.Exit(1)
	}
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", " ")
	_ = out.Encode(struct {
		Command string  `json:"command"`
		Wall    float64 `json:"wall_s"`
		CPU     float64 `json:"client_cpu_s"`
		RSS     int64   `json:"client_peak_rss_mb"`
		Result  any     `json:"result"`
	}{os.Args[1], time.Since(begin).Seconds(), process.CPUSeconds(), process.PeakRSS(), result})
}
