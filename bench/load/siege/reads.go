package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"golang.org/x/net/http2"
)

// Attacks by reading: slowly, not at all, everything in every form, and with questions that are long to answer.

const watchList = "?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=600"

func init() {
	attacks = append(attacks,
		attack{Name: "slow-watch-lists", Seconds: 10, Account: "answers", Quick: 5, What: "watch lists of 200 MB of which nothing is read after the first window",
			run: func(ctx context.Context, g *ground) {
				g.stalled(ctx, 40, 5, bigPath+watchList)
			}},
		attack{Name: "slow-lists", Seconds: 10, Account: "answers", What: "lists, plain and compressed, of which nothing is read after the first window",
			run: func(ctx context.Context, g *ground) {
				g.stalled(ctx, 40, 10, bigPath, groundPath+"/configmaps")
			}},
		attack{Name: "slow-lists-h1", Account: "answers", What: "the same over HTTP/1.1, a few bytes each second",
			run: func(ctx context.Context, g *ground) {
				g.crowd(ctx, g.amount(200), func(ctx context.Context, i int) error {
					return g.h1(ctx, g.admin, func(c *tls.Conn) error {
						encoding := []string{"identity", "gzip"}[i%2]
						if _, err := io.WriteString(c, "GET "+bigPath+" HTTP/1.1\r\nHost: x\r\nAccept-Encoding: "+encoding+"\r\n"+g.credential()+"\r\n"); err != nil {
							return err
						}
						for ctx.Err() == nil {
							if _, err := c.Read(make([]byte, 10)); err != nil {
								return err
							}
							pause(ctx, time.Second)
						}
						return nil
					})
				})
			}},
		attack{Name: "watches-idle", Seconds: 10, Account: "streams", Quick: 5, What: "thousands of watches that never match",
			run: func(ctx context.Context, g *ground) {
				g.crowdOfH2(ctx, g.amount(20), g.admin, false, func(h *h2) error {
					path := groundPath + "/configmaps?watch=true&timeoutSeconds=600&labelSelector=never%3Dthere"
					return h.requests(streams, path, path+"2", groundPath+"/pods?watch=true&fieldSelector=spec.nodeName%3Dnone")
				})
			}},
		attack{Name: "watches-stalled", Seconds: 10, Account: "answers", Quick: 5, What: "stalled watches of Secrets of 1 MB that are replaced again and again",
			run: stalledWatches},
		attack{Name: "websocket", Account: "incoming", Quick: 4, What: "watches over WebSocket: PINGs without end, huge frames, fragments without end, nothing read",
			run: websockets},
		attack{Name: "big-selectors", Account: "trees", Quick: 4, What: "label selectors of 30 KB, on lists and on watches",
			run: func(ctx context.Context, g *ground) {
				var queries []string
				var set, equal strings.Builder
				for i := range 3700 {
					fmt.Fprintf(&set, ",v%d", i)
				}
				for i := range 2300 {
					fmt.Fprintf(&equal, ",k%d%%3Dv", i)
				}
				queries = append(queries, "labelSelector=a+in+("+set.String()[1:]+")", "labelSelector="+equal.String()[1:],
					"labelSelector=a+notin+("+set.String()[1:]+")", "watch=true&timeoutSeconds=600&labelSelector=a+in+("+set.String()[1:]+")")
				g.ask4ever(ctx, 40, queries, groundPath+"/configmaps?")
			}},
		attack{Name: "big-query", Anonymous: false, Account: "headers", What: "queries with 16,000 parameters",
			run: func(ctx context.Context, g *ground) {
				g.ask4ever(ctx, 16, []string{strings.Repeat("a&", 16_000), strings.Repeat("limit=1&", 4_000)}, groundPath+"/configmaps?")
			}},
		attack{Name: "continue-chains", Seconds: 8, Account: "answers", Quick: 4, What: "lists of one object a page, to the end, by many at once",
			run: continueChains},
		attack{Name: "old-revisions", Seconds: 10, Account: "trees", Quick: 4, What: "lists at ever other old revisions, while objects change",
			run: oldRevisions},
		attack{Name: "forms", Seconds: 10, Account: "trees", Quick: 6, What: "the same objects in protobuf, CBOR, YAML, as tables and metadata, compressed, while they change",
			run: forms},
		attack{Name: "whole-lists", Seconds: 10, Account: "answers", Quick: 5, What: "16 lists at once of 200 MB, read to their end",
			run: func(ctx context.Context, g *ground) {
				g.ask4ever(ctx, 8, []string{""}, bigPath)
			}},
	)
}

// stalled opens streams with GETs of these paths, plain and compressed, on connections of which nothing is read after the
// first window: what the server has drawn waits.
func (g *ground) stalled(ctx context.Context, connections, each int, paths ...string) {
	g.crowdOfH2(ctx, g.amount(connections), g.admin, false, func(h *h2) error {
		for i := range each {
			block := h.header("GET", paths[i%len(paths)])
			if i%3 == 2 {
				block = h.header("GET", paths[i%len(paths)], "accept-encoding", "gzip")
			}
			if _, err := h.open(block, true); err != nil {
				return err
			}
		}
		return h.hold()
	}, http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1 << 20})
}

// ask4ever lets n readers ask these questions in turn.
func (g *ground) ask4ever(ctx context.Context, n int, queries []string, path string) {
	clients := g.clients(min(16, g.amount(n)))
	g.crowd(ctx, g.amount(n), func(ctx context.Context, i int) error {
		for j := range queries {
			if _, err := g.ask(ctx, clients[i%len(clients)], "GET", path+queries[(i+j)%len(queries)], "", nil); err != nil {
				return err
			}
		}
		return nil
	})
	for _, c := range clients {
		c.CloseIdleConnections()
	}
}

func stalledWatches(ctx context.Context, g *ground) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		g.stalled(ctx, 40, 50, groundPath+"/secrets"+watchList)
	}()
	clients := g.clients(2)
	g.crowd(ctx, 2, func(ctx context.Context, i int) error {
		name := fmt.Sprintf("turning-%d", i)
		body := secret(name, 1_000_000)
		status, err := g.ask(ctx, clients[i], "PUT", groundPath+"/secrets/"+name, jsonType, strings.NewReader(body))
		if status == 404 {
			_, err = g.ask(ctx, clients[i], "POST", groundPath+"/secrets", jsonType, strings.NewReader(body))
		}
		return err
	})
	<-done
	g.tidy(clients[0], "secrets", "")
}

func websockets(ctx context.Context, g *ground) {
	frame := func(opcode byte, claimed uint64, payload []byte) []byte {
		b := []byte{opcode, 0x80 | 127}
		b = binary.BigEndian.AppendUint64(b, claimed)
		return append(append(b, 0, 0, 0, 0), payload...)
	}
	ping := append([]byte{0x89, 0x80 | 125, 0, 0, 0, 0}, make([]byte, 125)...)
	g.crowd(ctx, g.amount(100), func(ctx context.Context, i int) error {
		return g.h1(ctx, g.admin, func(c *tls.Conn) error {
			_, err := io.WriteString(c, "GET "+bigPath+watchList+" HTTP/1.1\r\nHost: x\r\nOrigin: https://x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
				"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"+g.credential()+"\r\n")
			if err != nil {
				return err
			}
			a, err := http.ReadResponse(bufio.NewReaderSize(c, 16), nil)
			if err != nil {
				return err
			}
			g.count(fmt.Sprint("answers ", a.StatusCode), 1)
			if a.StatusCode != 101 {
				return errors.New("no WebSocket")
			}
			send := ping
			switch i % 4 {
			case 1: // a frame of 2^62 bytes, and as much of it as is taken
				send = make([]byte, 16<<10)
				_, err = c.Write(frame(0x82, 1<<62, nil))
			case 2: // fragments of a message that does not end
				send = frame(0x00, 60_000, make([]byte, 60_000))
				_, err = c.Write(frame(0x02, 10, make([]byte, 10)))
			case 3: // nothing at all
				<-ctx.Done()
				return nil
			}
			for ctx.Err() == nil && err == nil {
				_, err = c.Write(send)
			}
			return err
		})
	})
}

const continueMark = `"continue":"`

func continueChains(ctx context.Context, g *ground) {
	clients := g.clients(8)
	g.crowd(ctx, g.amount(16), func(ctx context.Context, i int) error {
		token := ""
		for ctx.Err() == nil {
			path := []string{groundPath + "/configmaps", bigPath}[i%2] + "?limit=1&continue=" + token
			r := g.srv.Request(ctx, "GET", path, nil)
			g.count("requests", 1)
			a, err := clients[i%8].Do(r)
			if err != nil {
				return err
			}
			g.count(fmt.Sprint("answers ", a.StatusCode), 1)
			b, err := io.ReadAll(a.Body)
			a.Body.Close()
			if err != nil {
				return err
			}
			_, rest, more := strings.Cut(string(b[:min(len(b), 4096)]), continueMark)
			token, _, _ = strings.Cut(rest, `"`)
			if !more || token == "" {
				return nil
			}
		}
		return nil
	})
}

// churn replaces the objects of the ground until ctx ends, and tells the revisions.
func (g *ground) churn(ctx context.Context, told func(revision string)) {
	c := g.clients(1)[0]
	for n := 0; ctx.Err() == nil; n++ {
		i := n % groundObjects
		r := g.srv.Request(ctx, "PUT", groundPath+"/configmaps/"+groundName(i), strings.NewReader(groundObject(i, n)))
		g.count("requests", 1)
		a, err := c.Do(r)
		if err != nil {
			pause(ctx, 100*time.Millisecond)
			continue
		}
		g.count(fmt.Sprint("answers ", a.StatusCode), 1)
		b, _ := io.ReadAll(io.LimitReader(a.Body, 4096))
		_, _ = io.Copy(io.Discard, a.Body)
		a.Body.Close()
		if _, rest, found := strings.Cut(string(b), `"resourceVersion":"`); found {
			revision, _, _ := strings.Cut(rest, `"`)
			told(revision)
		}
	}
}

func oldRevisions(ctx context.Context, g *ground) {
	revisions := make(chan string, 1000)
	go g.churn(ctx, func(r string) {
		select {
		case revisions <- r:
		default:
		}
	})
	clients := g.clients(8)
	g.crowd(ctx, g.amount(8), func(ctx context.Context, i int) error {
		select {
		case r := <-revisions:
			_, err := g.ask(ctx, clients[i%8], "GET", groundPath+"/configmaps?limit=50&resourceVersionMatch=Exact&resourceVersion="+r, "", nil)
			return err
		case <-ctx.Done():
			return nil
		}
	})
}

func forms(ctx context.Context, g *ground) {
	accepts := []string{protobufType, cborType, yamlType, "application/json;as=Table;v=v1;g=meta.k8s.io",
		"application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io", protobufType + ";as=PartialObjectMetadataList;v=v1;g=meta.k8s.io", jsonType}
	go g.churn(ctx, func(string) {})
	clients := g.clients(8)
	g.crowd(ctx, g.amount(16), func(ctx context.Context, i int) error {
		for j := range accepts {
			accept := accepts[(i+j)%len(accepts)]
			path := groundPath + "/configmaps"
			if (i+j)%5 == 4 && strings.HasSuffix(accept, protobufType) {
				path = bigPath
			}
			if _, err := g.ask(ctx, clients[i%8], "GET", path, "", nil, accept, []string{"identity", "gzip"}[i%2]); err != nil {
				return err
			}
		}
		return nil
	})
}
