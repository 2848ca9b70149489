// Command manifests brings definitions of custom resources as their projects publish them, and objects of theirs, to a server,
// and compares what comes of it with what came of it on kube-apiserver.
//
//	manifests --kubeconfig FILE --kubectl FILE [--golden FILE] [--record] [--dump DIR] [--only NAME,NAME]
//
// --record writes the golden file instead of reading it. --dump keeps the whole of what was seen, a file for each action: the dumps
// of two servers can be compared with diff -r.
package main

import (
	"flag"
	"fmt"
	"os"
	"path"
	"strings"
	"time"
)

// How many requests are made at once.
const writers = 4

func fatal(format string, arguments ...any) {
	fmt.Printf("FAIL "+format+"\n0 passed, 1 failed\n", arguments...)
	os.Exit(1)
}

func main() {
	kubeconfig := flag.String("kubeconfig", "", "of the server")
	kubectl := flag.String("kubectl", "kubectl", "the program")
	golden := flag.String("golden", "manifests.golden.gz", "what is recorded")
	record := flag.Bool("record", false, "record instead of comparing")
	dump := flag.String("dump", "", "a folder for all that is seen")
	only := flag.String("only", "", "names of modules, separated by commas; nothing is compared")
	flag.Parse()

	modules, err := readTable()
	if err != nil {
		fatal("%v", err)
	}
	if *only != "" {
		var some []*module
		for _, m := range modules {
			if strings.Contains(","+*only+",", ","+m.name()+",") {
				some = append(some, m)
			}
		}
		modules = some
	}
	if err := download(modules); err != nil {
		fatal("%v", err)
	}
	s, err := connect(*kubeconfig, *kubectl)
	if err != nil {
		fatal("%v", err)
	}
	if *dump != "" {
		if err := os.MkdirAll(*dump, 0o755); err != nil {
			fatal("%v", err)
		}
	}
	seen := newRecords(*dump)

	lap := laps()
	definitions := applied(s, seen, modules)
	lap("definitions are applied")
	published(s, seen, definitions)
	lap("discovery and OpenAPI")
	types := typesOf(definitions)
	bases := append(examples(modules, types), generated(definitions)...)
	fmt.Printf("%d definitions, %d objects\n", len(definitions), len(bases))
	written(s, seen, types, bases)
	lap("objects are written")
	told(s, seen, definitions)
	lap("kubectl")

	if *record {
		if err := seen.write(*golden); err != nil {
			fatal("%v", err)
		}
		fmt.Printf("%d passed, 0 failed\n", len(seen.order))
		return
	}
	if *only != "" {
		fmt.Printf("%d passed, 0 failed\n", len(seen.order))
		return
	}
	recorded, err := readRecords(*golden)
	if err != nil {
		fatal("%v", err)
	}
	passed, failed := seen.compare(recorded)
	fmt.Printf("%d passed, %d failed\n", passed, failed)
	if failed > 0 {
		os.Exit(1)
	}
}

// laps tells how long each stage took.
func laps() func(string) {
	began := time.Now()
	return func(stage string) {
		fmt.Printf("took %5.1f s: %s\n", time.Since(began).Seconds(), stage)
		began = time.Now()
	}
}

func baseName(where string) string {
	return strings.NewReplacer("#", "-").Replace(path.Base(where))
}
