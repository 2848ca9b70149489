package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"time"
)

// Attacks on connections, TLS and HTTP/1.1, and on what says who asks.

func init() {
	attacks = append(attacks,
		attack{Name: "h1-header-open", Seconds: 15, Anonymous: true, Account: "headers",
			Quick: 8,
			What:  "a complete header of 58 KB, and a body that never comes",
			run: func(ctx context.Context, g *ground) {
				rest := " HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n" + lines(58_000, bigField) + "\r\n"
				g.unfinished(ctx, g.amount(1430), "", "POST "+groundPath+"/configmaps"+rest, "GET /livez"+rest, "GET /version"+rest)
			}},
		attack{Name: "h1-header-endless", Seconds: 15, Anonymous: true, Account: "headers",
			Quick: 8,
			What:  "a header of 58 KB that never ends, with one more byte each second",
			run: func(ctx context.Context, g *ground) {
				g.unfinished(ctx, g.amount(1430), "y", "GET /x HTTP/1.1\r\nHost: x\r\n"+lines(58_000, bigField)+"X-Last: ")
			}},
		attack{Name: "h1-header-lines", Anonymous: true, Account: "headers",
			What: "a header of 10,000 lines of a few bytes that never ends",
			run: func(ctx context.Context, g *ground) {
				g.unfinished(ctx, g.amount(700), "", "GET /x HTTP/1.1\r\nHost: x\r\n"+strings.Repeat("a:b\r\n", 10_000))
			}},
		attack{Name: "h1-header-admin", Seconds: 15, Account: "headers",
			What: "a complete header of 58 KB with credentials, and a body that never comes",
			run: func(ctx context.Context, g *ground) {
				head := "POST " + groundPath + "/configmaps HTTP/1.1\r\nHost: x\r\n" + g.credential() +
					"Content-Type: application/json\r\nContent-Length: 1000000\r\n" + lines(58_000, bigField) + "\r\n"
				g.unfinishedBy(ctx, g.amount(1430), g.admin, "", head)
			}},
		attack{Name: "h1-pipeline", Anonymous: true, Account: "streams",
			Quick: 3,
			What:  "250 pipelined requests, the answers read",
			run: func(ctx context.Context, g *ground) {
				g.crowd(ctx, g.amount(50), func(ctx context.Context, _ int) error {
					return g.h1(ctx, g.nobody, func(c *tls.Conn) error {
						go func() { _, _ = io.WriteString(c, strings.Repeat("GET /x HTTP/1.1\r\nHost: x\r\n\r\n", 250)) }()
						return g.answers(c)
					})
				})
			}},
		attack{Name: "h1-pipeline-unread", Anonymous: true, Account: "streams",
			What: "pipelined requests without end, no answer read",
			run: func(ctx context.Context, g *ground) {
				many := strings.Repeat("GET /x HTTP/1.1\r\nHost: x\r\n\r\n", 250)
				g.crowd(ctx, g.amount(200), func(ctx context.Context, _ int) error {
					return g.h1(ctx, g.nobody, func(c *tls.Conn) error {
						for ctx.Err() == nil {
							if _, err := io.WriteString(c, many); err != nil {
								return err
							}
						}
						return nil
					})
				})
			}},
		attack{Name: "h1-chunks", Anonymous: true, Account: "incoming",
			What: "chunked bodies whose chunk extensions and trailers never end",
			run: func(ctx context.Context, g *ground) {
				head := "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
				g.crowd(ctx, g.amount(50), func(ctx context.Context, i int) error {
					return g.h1(ctx, g.nobody, func(c *tls.Conn) error {
						text := head + "1;" + strings.Repeat("e", 8000)
						if i%2 == 1 {
							text = head + "0\r\n" + strings.Repeat("X-T: t\r\n", 1000)
						}
						for ctx.Err() == nil {
							if _, err := io.WriteString(c, text); err != nil {
								return err
							}
							text = strings.Repeat("e", 8000)
							if i%2 == 1 {
								text = strings.Repeat("X-T: t\r\n", 1000)
							}
						}
						return nil
					})
				})
			}},
		attack{Name: "tls-half-open", Seconds: 10, Anonymous: true, Account: "connections",
			Quick: 5,
			What:  "connections that say nothing, half a record, or a ClientHello and no more",
			run:   halfOpen},
		attack{Name: "idle-connections", Seconds: 15, Anonymous: true, Account: "connections",
			Quick: 8,
			What:  "as many idle TLS connections as descriptors allow",
			run: func(ctx context.Context, g *ground) {
				g.crowd(ctx, g.amount(4000), func(ctx context.Context, i int) error {
					protocol := []string{"http/1.1", "h2"}[i%2]
					c, err := g.secure(ctx, g.nobody, protocol)
					if err != nil {
						return err
					}
					defer c.Close()
					_, err = c.Read(make([]byte, 4096))
					for err == nil {
						_, err = c.Read(make([]byte, 4096))
					}
					return err
				})
			}},
		attack{Name: "bad-tokens", Anonymous: true,
			Quick: 2,
			What:  "requests with ever new tokens, as many as come through: random ones, and forged JWTs of 8 KB",
			run: func(ctx context.Context, g *ground) {
				g.crowdOfH2(ctx, g.amount(8), g.nobody, false, func(h *h2) error {
					most := &pacing{}
					n := 0
					return h.flood(func() error {
						n++
						token := fmt.Sprintf("%x", rand.Uint64())
						if n%4 == 0 {
							token = "eyJhbGciOiJFUzI1NiJ9." + strings.Repeat("QUJD", 2000) + "." + token
						}
						_, err := h.open(h.header("GET", groundPath+"/secrets", "authorization", "Bearer "+token), true)
						most.wait(h)
						return err
					})
				})
			}},
		attack{Name: "forged-certificates", Anonymous: true, Account: "connections",
			Quick: 3,
			What:  "handshakes with client certificates of an unknown authority, some with 200 groups",
			run:   forged},
		attack{Name: "unknown-names",
			Quick: 3,
			What:  "ever new verbs, groups, resources, agents and paths, which metrics and caches might keep",
			run: func(ctx context.Context, g *ground) {
				clients := g.clients(4)
				g.crowd(ctx, g.amount(8), func(ctx context.Context, i int) error {
					n := rand.Uint64()
					method := []string{"GET", fmt.Sprintf("M%X", n), "POST", "DELETE"}[n%4]
					path := []string{"/apis/g%x.example/v1/r%x", "/p%x/%x", "/api/v1/namespaces/n%x/configmaps/c%x", "/apis/apps/v%x/deployments%x"}[n>>2%4]
					r := g.srv.As(fmt.Sprintf("agent-%x/1", n)).Request(ctx, method, fmt.Sprintf(path, n, n), nil)
					g.count("requests", 1)
					a, err := clients[i%4].Do(r)
					if err != nil {
						return err
					}
					defer a.Body.Close()
					g.count(fmt.Sprint("answers ", a.StatusCode), 1)
					_, err = io.Copy(io.Discard, a.Body)
					return err
				})
			}},
	)
}

// pacing keeps a sender from being merely a flood: it waits a little after each hundred streams.
type pacing struct{ n int }

func (p *pacing) wait(h *h2) {
	if p.n++; p.n%100 == 0 {
		_ = h.out.Flush()
		pause(h.ctx, 20*time.Millisecond)
	}
}

// lines is header lines of so many bytes all in all.
func lines(size, each int) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, "X-Bulk-%d: %s\r\n", i, strings.Repeat("b", min(each, max(1, size-b.Len()-14))))
	}
	return b.String()
}

func (g *ground) unfinished(ctx context.Context, n int, more string, heads ...string) {
	g.unfinishedBy(ctx, n, g.nobody, more, heads...)
}

// unfinishedBy opens n connections, sends one of the beginnings on each, then more of it each second, and holds them.
func (g *ground) unfinishedBy(ctx context.Context, n int, who *tls.Config, more string, heads ...string) {
	g.crowd(ctx, n, func(ctx context.Context, i int) error {
		return g.h1(ctx, who, func(c *tls.Conn) error {
			if _, err := io.WriteString(c, heads[i%len(heads)]); err != nil {
				return err
			}
			g.count("requests begun", 1)
			if more == "" {
				return g.answers(c)
			}
			for ctx.Err() == nil {
				pause(ctx, time.Second)
				if _, err := io.WriteString(c, more); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// halfOpen leaves handshakes unfinished, each in one of three ways.
func halfOpen(ctx context.Context, g *ground) {
	hello := helloOf(g.nobody)
	g.crowd(ctx, g.amount(2000), func(ctx context.Context, i int) error {
		c, err := g.plain(ctx)
		if err != nil {
			return err
		}
		defer c.Close()
		switch i % 3 {
		case 1:
			_, err = c.Write([]byte{22, 3, 1, 0x3f, 0xff, 1, 0, 0x3f, 0xfb})
		case 2:
			_, err = c.Write(hello)
		}
		if err != nil {
			return err
		}
		for err == nil {
			_, err = c.Read(make([]byte, 4096))
		}
		return err
	})
}

// helloOf is the ClientHello that a client with this configuration sends.
func helloOf(config *tls.Config) []byte {
	ours, theirs := net.Pipe()
	got := make(chan []byte, 1)
	go func() {
		b := make([]byte, 16<<10)
		n, _ := io.ReadAtLeast(theirs, b, 5)
		want := 5 + int(b[3])<<8 + int(b[4])
		if n < want {
			m, _ := io.ReadAtLeast(theirs, b[n:], want-n)
			n += m
		}
		theirs.Close()
		got <- bytes.Clone(b[:n])
	}()
	_ = tls.Client(ours, config).Handshake()
	return <-got
}

func forged(ctx context.Context, g *ground) {
	var certificates []tls.Certificate
	for _, admin := range []bool{true, false} {
		c, err := forge(admin)
		if err != nil {
			g.failed(err)
			return
		}
		certificates = append(certificates, c)
	}
	g.crowd(ctx, g.amount(16), func(ctx context.Context, i int) error {
		certificate := certificates[i%2]
		who := &tls.Config{InsecureSkipVerify: true, GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return &certificate, nil
		}}
		err := g.h1(ctx, who, func(c *tls.Conn) error {
			if _, err := io.WriteString(c, "GET "+groundPath+"/secrets HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"); err != nil {
				return err
			}
			return g.answers(c)
		})
		if errors.Is(err, io.EOF) {
			return nil
		}
		return err
	})
}
