// Command siege is both sides of bench/siege: attackers that send what a server must not hold, compute or wait for without
// having been paid for it, and an honest client that must not notice. It speaks to loopback alone, and ends by itself.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"rheo.dev/bench/load/internal/kube"
	"rheo.dev/bench/load/internal/process"
)

const usage = `usage: siege COMMAND [flags]   (siege COMMAND -h shows the flags)

  list     prints the attacks as JSON
  prepare  creates what the attacks and the honest client read
  attack   makes one attack, for so many seconds
  honest   is the honest client, until SIGTERM or for so many seconds
`

func main() {
	if len(os.Args) < 2 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	commands := map[string]func(*flag.FlagSet, []string) (any, error){
		"list": list, "prepare": prepare, "attack": attackCommand, "honest": honestCommand,
	}
	run, ok := commands[os.Args[1]]
	if !ok {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	process.RaiseFileLimit()
	result, err := run(flag.NewFlagSet(os.Args[1], flag.ExitOnError), os.Args[2:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "siege "+os.Args[1]+":", err)
		os.Exit(1)
	}
	_ = json.NewEncoder(os.Stdout).Encode(result)
}

func list(_ *flag.FlagSet, _ []string) (any, error) {
	for i := range attacks {
		if attacks[i].Seconds == 0 {
			attacks[i].Seconds = 5
		}
		attacks[i].Rheo = strings.HasPrefix(attacks[i].Name, "cbor-") // kube-apiserver 1.36 takes no CBOR by default
	}
	return attacks, nil
}

func attackCommand(f *flag.FlagSet, args []string) (any, error) {
	connect := kube.Flags(f)
	name := f.String("name", "", "the attack")
	seconds := f.Float64("seconds", 10, "how long")
	scale := f.Float64("scale", 2, "load, as a multiple of what fits into 384 MiB, or killed a server of that size")
	_ = f.Parse(args)
	srv, err := connect()
	if err != nil {
		return nil, err
	}
	for _, a := range attacks {
		if a.Name == *name {
			g, err := newGround(srv, *scale)
			if err != nil {
				return nil, err
			}
			return g.besiege(a, time.Duration(*seconds*float64(time.Second))), nil
		}
	}
	return nil, fmt.Errorf("no attack %q; siege list shows them", *name)
}

// untilTold is a context that ends after the time given, or with SIGTERM or SIGINT.
func untilTold(limit time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGINT)
	return ctx, func() { stop(); cancel() }
}

// loopback is the address of the server, which must be on this machine: nobody else is to be attacked.
func loopback(srv *kube.Server) (string, error) {
	u, err := url.Parse(srv.Base)
	if err != nil {
		return "", err
	}
	if ip := net.ParseIP(u.Hostname()); ip == nil || !ip.IsLoopback() {
		return "", errors.New("the server is not on 127.0.0.1: " + srv.Base)
	}
	return u.Host, nil
}
