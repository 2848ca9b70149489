package main

import (
	"context"
	"fmt"
	"math/rand"
	"syscall"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"rheo.dev/compat/history/record"
)

// fault is something that happens to the cluster, and is over when do returns.
type fault struct {
	name string
	do   func() error
}

// cluster is all that faults happen to.
type cluster struct {
	members   []*member
	servers   []*server
	etcd      *clientv3.Client // nil: no etcd
	reference reference
	restart   string
	random    *rand.Rand
	recorder  *recorder
}

// length is how long a fault lasts.
const length = 2 * time.Second

// faults are those that this cluster can have.
func (c *cluster) faults() []fault {
	var all []fault
	add := func(name string, do func() error) { all = append(all, fault{name, do}) }
	if c.restart != "" {
		for i, s := range c.servers {
			for _, signal := range []string{"KILL", "TERM"} {
				add(fmt.Sprintf("server %d ended by SIG%s", i, signal), func() error { return s.restart(c.restart, signal) })
			}
		}
	}
	if c.etcd != nil {
		add("etcd compacted", c.compact)
	}
	if len(c.members) == 0 {
		return all
	}
	stop := func(s syscall.Signal, which func() []int, length time.Duration) func() error {
		return func() error {
			struck := which()
			for _, i := range struck {
				c.members[i].signal(s)
			}
			time.Sleep(length)
			for _, i := range struck {
				if s == syscall.SIGSTOP {
					c.members[i].signal(syscall.SIGCONT)
				} else if err := c.members[i].start(); err != nil {
					return err
				}
			}
			return nil
		}
	}
	n := len(c.members)
	first := func() []int { return []int{leader(c.members, c.etcd)} }
	other := func() []int { return []int{(leader(c.members, c.etcd) + 1 + c.random.Intn(n-1)) % n} }
	most := func() []int { l := leader(c.members, c.etcd); return []int{l, (l + 1) % n} }
	add("etcd's leader killed", stop(syscall.SIGKILL, first, length))
	add("etcd's leader paused", stop(syscall.SIGSTOP, first, length))
	if n > 1 {
		add("a follower of etcd killed", stop(syscall.SIGKILL, other, length))
		add("a follower of etcd paused", stop(syscall.SIGSTOP, other, length))
		add("two members of etcd paused", stop(syscall.SIGSTOP, most, length))
	}
	for i, s := range c.servers {
		network := func(cut, stalled bool, delay time.Duration) func() error {
			return func() error {
				s.network(cut, stalled, delay)
				time.Sleep(length)
				s.network(false, false, 0)
				return nil
			}
		}
		add(fmt.Sprintf("server %d cut off etcd", i), network(true, false, 0))
		add(fmt.Sprintf("server %d stalled before etcd", i), network(false, true, 0))
		add(fmt.Sprintf("server %d far from etcd", i), network(false, false, 60*time.Millisecond))
	}
	return all
}

// compact drops what is older than some changes ago.
func (c *cluster) compact() error {
	for deadline := time.Now().Add(10 * time.Second); len(c.reference.told()) < 60; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("not even 60 changes within 10 s")
		}
	}
	changes := c.reference.told()
	rv := changes[len(changes)-50].RV
	c.recorder.compaction(record.Compaction{At: c.recorder.now(), RV: rv})
	ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
	defer stop()
	_, err := c.etcd.Compact(ctx, int64(rv))
	return err
}

// strike lets faults happen, each kind once and then again until the time is over. It tells what happened.
func (c *cluster) strike(ctx context.Context, end time.Time) ([]string, error) {
	var happened []string
	all := c.faults()
	for round := 0; round == 0 || time.Now().Before(end); round++ {
		c.random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		for _, f := range all {
			if round > 0 && !time.Now().Before(end) {
				break
			}
			if !c.calm(ctx) {
				return happened, ctx.Err()
			}
			fmt.Printf("     %5.1f s: %s\n", float64(c.recorder.now())/1e9, f.name)
			if err := f.do(); err != nil {
				return happened, fmt.Errorf("%s: %w", f.name, err)
			}
			happened = append(happened, f.name)
		}
		if len(all) == 0 && !c.calm(ctx) {
			return happened, ctx.Err()
		}
	}
	c.calm(ctx)
	return happened, ctx.Err()
}

// calm is the time between faults: longer if there is no other server meanwhile. False: ctx is done.
func (c *cluster) calm(ctx context.Context) bool {
	wait := 800 * time.Millisecond
	if len(c.servers) < 2 {
		wait *= 3
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(wait):
		return true
	}
}
