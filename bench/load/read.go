package main

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"sort"
	"sync"
	"sync/atomic"
	"time"

	"rheo.dev/bench/load/internal/kube"
)

var errSynced = errors.New("synced")

// reading is what a reader saw, of one list or watch list.
type reading struct {
	TTFB    float64 `json:"ttfb_s"` // from before the connection was made, if it is the reader's first, to the first byte of the body
	Sync    float64 `json:"sync_s"` // to the bookmark, or to the end of the list
	Bytes   int64   `json:"bytes"`  // on the wire
	Plain   int64   `json:"plain_bytes"`
	Objects int     `json:"objects"`
	Error   string  `json:"error,omitempty"`
	digest  uint64
	node    int // whose pods were asked for, or -1
	cipher  string
}

type spread struct {
	Min float64 `json:"min"`
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

type readResult struct {
	Mode     string    `json:"mode"`
	Format   string    `json:"format"`
	Readers  int       `json:"readers"`
	Reads    int       `json:"reads"`             // begun: one a reader, or as many as the time allowed
	Retried  int64     `json:"retried,omitempty"` // begun again after a cut
	Complete int       `json:"complete"`          // those that got all objects, intact and in order, and the bookmark or the end
	Equal    bool      `json:"equal"`             // all complete ones that asked for the same got the same bytes
	Digest   string    `json:"digest"`            // of these, the same whether compressed or not; of several kinds of answers, their XOR
	Cipher   string    `json:"cipher"`            // of TLS
	Objects  int64     `json:"objects"`           // that the complete ones got
	Bytes    int64     `json:"bytes"`             // on the wire
	Plain    int64     `json:"plain_bytes"`       // decompressed
	Seconds  float64   `json:"seconds"`           // start of the first to end of the last
	Rate     float64   `json:"mb_per_s"`
	TTFB     spread    `json:"ttfb_s"`
	Sync     spread    `json:"sync_s"`
	Ratio    float64   `json:"slowest_over_fastest"`
	Errors   []string  `json:"errors,omitempty"`
	Each     []reading `json:"each,omitempty"`
}

type readPlan struct {
	server    *kube.Server
	set       *set
	mode      string
	namespace int
	onNodes   []int // of each node its pods, if each reader asks for the pods of one node; else nil
	format    string
	scan      *format
	gzip      bool
	limit     int
	rate      int64
	deadline  time.Duration
}

func read(f *flag.FlagSet, args []string) (any, error) {
	connect := kube.Flags(f)
	manifest := f.String("set", "set.json", "manifest `file`")
	plan := readPlan{}
	f.StringVar(&plan.mode, "mode", "watchlist", "watchlist, list or paged")
	f.IntVar(&plan.namespace, "namespace", -1, "number of the namespace, -1 for the whole cluster")
	byNode := f.Bool("by-node", false, "each read is of the pods of one node, by a field selector, and of another one each time")
	f.StringVar(&plan.format, "format", "json", "json, protobuf, table, yaml, cbor, or names: JSON of which only names are verified")
	f.BoolVar(&plan.gzip, "gzip", false, "accept gzip")
	f.IntVar(&plan.limit, "limit", 500, "page size of mode paged")
	f.Int64Var(&plan.rate, "rate", 0, "bytes a second that a reader takes at most, 0: all it gets")
	f.DurationVar(&plan.deadline, "timeout", 10*time.Minute, "for each reader")
	version := f.String("version", "", "of blobs: v1, in which they are stored, or v2")
	readers := f.Int("readers", 1, "number of readers")
	retry := f.Bool("retry", false, "a read that is cut is begun again until it is complete, as an informer's is")
	again := f.Duration("again", 0, "for so long each reader begins again when it is done")
	connections := f.String("connections", "own", "own: one a reader; shared: one for all")
	every := f.Bool("each", false, "print every reader")
	_ = f.Parse(args)
	var err error
	if plan.server, err = connect(); err != nil {
		return nil, err
	}
	if plan.set, err = loadSet(*manifest); err != nil {
		return nil, err
	}
	plan.set.version = *version
	if plan.scan, err = formatOf(plan.format, plan.mode == "watchlist"); err != nil {
		return nil, err
	}
	if plan.mode != "watchlist" && plan.set.whole() && !plan.scan.row || plan.mode == "paged" && plan.format != "json" {
		return nil, fmt.Errorf("-mode %s of %s in %s cannot be verified", plan.mode, plan.set.Kind, plan.format)
	}
	if *byNode {
		if plan.set.Kind != "pods" || plan.namespace >= 0 {
			return nil, errors.New("-by-node is for the pods of all namespaces")
		}
		plan.onNodes = plan.set.onNodes()
	}
	client := plan.server.Clients(*connections == "own")
	all := make([][]reading, *readers)
	var wait sync.WaitGroup
	var retried atomic.Int64
	begin := time.Now()
	for i := range all {
		wait.Go(func() {
			c := client(i)
			for len(all[i]) == 0 || time.Since(begin) < *again {
				r := plan.one(c, i+*readers*len(all[i]))
				for *retry && r.Error != "" && time.Since(begin) < plan.deadline {
					retried.Add(1)
					time.Sleep(100 * time.Millisecond)
					r = plan.one(c, i+*readers*len(all[i]))
				}
				all[i] = append(all[i], r)
				if r.Error != "" && *again > 0 {
					time.Sleep(time.Second)
				}
			}
			if *connections == "own" {
				c.CloseIdleConnections()
			}
		})
	}
	wait.Wait()
	out := plan.summarise(slices.Concat(all...), time.Since(begin).Seconds(), *every)
	out.Readers, out.Retried = *readers, retried.Load()
	return out, nil
}

func (p *readPlan) path(token string, node int) string {
	q := url.Values{}
	if node >= 0 {
		q.Set("fieldSelector", "spec.nodeName="+nodeName(node))
	}
	switch p.mode {
	case "watchlist":
		q.Set("watch", "true")
		q.Set("sendInitialEvents", "true")
		q.Set("resourceVersionMatch", "NotOlderThan")
		q.Set("allowWatchBookmarks", "true")
		q.Set("timeoutSeconds", fmt.Sprint(int(p.deadline.Seconds())))
	case "paged":
		q.Set("limit", fmt.Sprint(p.limit))
		if token != "" {
			q.Set("continue", token)
		}
	}
	return p.set.collection(p.namespace) + "?" + q.Encode()
}

// one makes a read, the number'th of all.
func (p *readPlan) one(c *http.Client, number int) (r reading) {
	ctx, cancel := context.WithTimeout(context.Background(), p.deadline)
	defer cancel()
	s := newScanner(p.set, p.namespace, p.mode == "watchlist", p.scan)
	want := p.set.expected(p.namespace)
	if p.onNodes != nil {
		s.node = number % len(p.onNodes)
		want = p.onNodes[s.node]
	}
	begin := time.Now()
	token, err := "", error(nil)
	for {
		err = p.page(ctx, c, token, s, &r, begin)
		if err != nil || p.mode != "paged" || s.token == "" {
			break
		}
		token = s.token
		s.next()
	}
	r.Sync = time.Since(begin).Seconds()
	r.Objects, r.Plain, r.digest, r.node = s.objects, s.total, s.digest, s.node
	switch {
	case err != nil:
		r.Error = err.Error()
	case s.watch && !s.synced:
		r.Error = fmt.Sprintf("the stream ended without the bookmark, after %d objects", s.objects)
	case s.objects != want:
		r.Error = fmt.Sprintf("%d objects instead of %d", s.objects, want)
	}
	return r
}

// page reads one answer into the scanner.
func (p *readPlan) page(ctx context.Context, c *http.Client, token string, s *scanner, r *reading, begin time.Time) error {
	req := p.server.Request(ctx, "GET", p.path(token, s.node), nil)
	req.Header.Set("Accept", p.scan.list)
	if p.mode == "watchlist" {
		req.Header.Set("Accept", p.scan.watch)
	}
	if p.gzip {
		req.Header.Set("Accept-Encoding", "gzip")
	}
	resp, err := c.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != 200 {
		return kube.Refused(resp)
	}
	if resp.TLS != nil {
		r.cipher = tls.CipherSuiteName(resp.TLS.CipherSuite)
	}
	body := io.Reader(&counted{resp.Body, r, begin, p.rate})
	compressed := resp.Header.Get("Content-Encoding") == "gzip"
	if p.gzip && !compressed {
		return errors.New("the answer is not compressed")
	}
	if compressed {
		if body, err = gzip.NewReader(body); err != nil {
			return err
		}
	}
	piece := pieces.Get().(*[]byte)
	defer pieces.Put(piece)
	for {
		n, err := body.Read(*piece)
		if scanErr := s.write((*piece)[:n]); scanErr == errSynced {
			return nil
		} else if scanErr != nil {
			return scanErr
		}
		if err == io.EOF {
			if s.watch {
				return nil
			}
			return s.finish()
		}
		if err != nil {
			return err
		}
	}
}

var address = regexp.MustCompile(`\d+\.\d+\.\d+\.\d+:\d+`)

var pieces = sync.Pool{New: func() any { b := make([]byte, 32<<10); return &b }}

// counted counts the bytes of the body as they come off the wire, notes the first, and slows down to a rate.
type counted struct {
	r     io.Reader
	to    *reading
	begin time.Time
	rate  int64
}

func (c *counted) Read(p []byte) (int, error) {
	if c.rate > 0 {
		ahead := time.Duration(float64(c.to.Bytes)/float64(c.rate)*1e9) - time.Since(c.begin)
		if ahead > 0 {
			time.Sleep(ahead)
		}
	}
	n, err := c.r.Read(p)
	if n > 0 && c.to.Bytes == 0 {
		c.to.TTFB = time.Since(c.begin).Seconds()
	}
	c.to.Bytes += int64(n)
	return n, err
}

func (p *readPlan) summarise(all []reading, seconds float64, each bool) *readResult {
	out := &readResult{Mode: p.mode, Format: p.format, Reads: len(all), Seconds: seconds, Equal: true}
	var ttfb, syncs []float64
	digests, folded := map[int]uint64{}, uint64(0)
	failures := map[string]int{}
	for _, r := range all {
		out.Bytes += r.Bytes
		out.Plain += r.Plain
		if r.Error != "" {
			failures[address.ReplaceAllString(r.Error, "…")]++
			continue
		}
		out.Complete++
		out.Objects += int64(r.Objects)
		out.Cipher = r.cipher
		if d, seen := digests[r.node]; !seen {
			digests[r.node] = r.digest
			folded ^= r.digest
		} else {
			out.Equal = out.Equal && r.digest == d
		}
		ttfb, syncs = append(ttfb, r.TTFB), append(syncs, r.Sync)
	}
	for text, n := range failures {
		if len(out.Errors) < 10 {
			out.Errors = append(out.Errors, fmt.Sprintf("%d × %s", n, text))
		}
	}
	out.Digest = fmt.Sprintf("%016x", folded)
	out.Rate = float64(out.Bytes) / 1e6 / seconds
	out.TTFB, out.Sync = spreadOf(ttfb), spreadOf(syncs)
	if out.Sync.Min > 0 {
		out.Ratio = out.Sync.Max / out.Sync.Min
	}
	if each {
		out.Each = all
	}
	return out
}

func spreadOf(v []float64) spread {
	if len(v) == 0 {
		return spread{}
	}
	sort.Float64s(v)
	return spread{v[0], v[len(v)/2], v[(len(v)*99)/100], v[len(v)-1]}
}
