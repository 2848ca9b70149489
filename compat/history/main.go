// Command history records what clients of one or several servers ask and are told while servers and etcd suffer faults, and judges
// the record: writes and consistent reads are linearizable, other reads show the state that they name, watches tell every change
// once and in order. See compat/README.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"rheo.dev/compat/history/judge"
	"rheo.dev/compat/history/record"
)

var (
	dir         = flag.String("dir", "", "folder for the servers, the members of etcd and the history")
	name        = flag.String("name", "history", "what the files and folders in there begin with")
	restart     = flag.String("restart", "", "command that ends the server in a folder by a signal and starts it: compat/lib/restart")
	servers     = flag.Int("servers", 2, "how many servers are started")
	etcdBinary  = flag.String("etcd", "", "etcd, three members of which are started; none: servers with a store of their own")
	kubeconfigs = flag.String("kubeconfigs", "", "servers that run already, separated by commas; only compaction happens to them")
	etcdAddress = flag.String("etcd-address", "", "the etcd of servers that run already")
	upstream    = flag.Bool("upstream", false, "the servers are kube-apiserver, which may forget its history at any time")
	howLong     = flag.Duration("for", 0, "how long faults happen; each kind happens once in any case")
	clientCount = flag.Int("clients", 10, "clients that read and write")
	seed        = flag.Int64("seed", time.Now().UnixNano()%1e9, "of what is random")
	judged      = flag.String("judge", "", "judge the history in this file, and record none")
	selfTest    = flag.String("self-test", "", "spoil the history in this file in many ways, each of which has to be found")
	tampered    = flag.String("tampered", "", "with --self-test: folder for the spoiled histories")
	passed      int
	failed      int
)

func check(ok bool, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if ok {
		passed++
		fmt.Println("ok   " + text)
	} else {
		failed++
		fmt.Println("FAIL " + text)
	}
}

func main() {
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		check(false, "%v", err)
	}
	fmt.Printf("%d passed, %d failed\n", passed, failed)
	if failed > 0 {
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	switch {
	case *judged != "":
		h, err := record.Read(*judged)
		if err != nil {
			return err
		}
		verdict(h, *judged)
	case *selfTest != "":
		h, err := record.Read(*selfTest)
		if err != nil {
			return err
		}
		return spoil(h, *tampered)
	case *dir != "":
		h, err := recorded(ctx)
		if err != nil {
			return err
		}
		h.Sort()
		file := filepath.Join(*dir, *name+".jsonl")
		if err := h.Write(file); err != nil {
			return err
		}
		verdict(h, file)
	default:
		return fmt.Errorf("give --dir DIR, --judge FILE or --self-test FILE")
	}
	return nil
}

// verdict judges a history and says what it holds.
func verdict(h *record.History, file string) {
	began := time.Now()
	v := judge.Judge(h, strings.TrimSuffix(file, ".jsonl")+".html")
	for i, fault := range v.Faults {
		if i == 20 {
			fmt.Printf("     and %d more\n", len(v.Faults)-i)
			break
		}
		fmt.Println("     " + fault)
	}
	fmt.Printf("     seed %d, %d faults, %d compactions; judged in %.1f s\n", h.Meta.Seed, len(h.Meta.Faults), len(h.Compactions), time.Since(began).Seconds())
	counts := map[string]int{}
	for _, o := range h.Operations {
		counts[o.Verb+" "+o.Outcome]++
		if o.Outcome == record.Unknown || o.Outcome == record.Refused {
			counts[fmt.Sprintf("%s with %d", o.Outcome, o.Code)]++
		}
	}
	var lines []string
	for what, n := range counts {
		lines = append(lines, fmt.Sprintf("%s %d", what, n))
	}
	slices.Sort(lines)
	fmt.Println("     " + strings.Join(lines, ", "))
	check(len(v.Faults) == 0, "%s: %d changes, %d writes (%d without an answer), %d reads; %d streams with %d events, %d bookmarks, %d initial events, %d expired",
		h.Meta.Store, len(h.Changes), v.Writes, v.Unknown, v.Reads, v.Streams, v.Events, v.Bookmarks, v.Initial, v.Gone)
	for _, want := range []string{"create ok", "update ok", "patch ok", "delete ok", "get ok", "list ok", "create exists", "update conflict", "update notFound", "delete notFound"} {
		check(counts[want] >= 5, "enough of %s: %d", want, counts[want])
	}
	check(v.Events > 500 && v.Initial > 50 && v.Bookmarks > 10, "enough events")
}
