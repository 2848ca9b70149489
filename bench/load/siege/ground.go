package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/big"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"rheo.dev/bench/load/internal/kube"
)

// attack is one way to make a server hold or compute what nobody paid for.
type attack struct {
	Name string `json:"name"`
	What string `json:"what"`
	// Anonymous attackers have no credentials; the others are administrators.
	Anonymous bool `json:"anonymous"`
	// Account is the one that must bound it, by the name of the server's switch for self-tests; empty: none of these.
	Account string `json:"account,omitempty"`
	// Seconds is how long it takes to reach its load, or its effect, on two cores; 5 if it is not said.
	Seconds float64 `json:"seconds"`
	// Quick is for how many seconds it is made in the short siege; 0: it is not part of it.
	Quick float64 `json:"quick"`
	// Rheo alone: the other server does not have what is attacked.
	Rheo bool `json:"rheo_only,omitempty"`
	run  func(context.Context, *ground)
}

// attacks are all there are, in the order in which they are made.
var attacks []attack

// ground is where one attack takes place: the server, the credentials, how much, and what came of it.
type ground struct {
	address string
	srv     *kube.Server
	token   string
	nobody  *tls.Config
	admin   *tls.Config
	scale   float64
	dialing chan struct{} // handshakes at once
	open    atomic.Int64
	peak    atomic.Int64

	lock   sync.Mutex
	counts map[string]int64
}

func newGround(srv *kube.Server, scale float64) (*ground, error) {
	address, err := loopback(srv)
	if err != nil {
		return nil, err
	}
	g := &ground{address: address, srv: srv, token: srv.Token, scale: scale, dialing: make(chan struct{}, 32), counts: map[string]int64{}}
	// What is attacked is our own process on loopback, and its certificate is no attacker's concern. Sessions are resumed
	// where the server does that: the handshakes would cost the attacker as much as the server.
	g.nobody = &tls.Config{InsecureSkipVerify: true, ClientSessionCache: tls.NewLRUClientSessionCache(4)}
	g.admin = srv.TLS.Clone()
	g.admin.InsecureSkipVerify = true
	g.admin.ClientSessionCache = tls.NewLRUClientSessionCache(4)
	return g, nil
}

// amount scales a number of connections, streams or writers.
func (g *ground) amount(n int) int {
	most := 8000 // of connections, so that neither ports nor descriptors of this machine run out
	return max(1, min(int(float64(n)*g.scale), most))
}

func (g *ground) count(what string, n int64) {
	g.lock.Lock()
	g.counts[what] += n
	g.lock.Unlock()
}

func (g *ground) failed(err error) {
	if err == nil {
		return
	}
	g.count("broken: "+kind(err), 1)
}

// kind is an error without what differs from one to the next.
func kind(err error) string {
	for _, k := range []string{"GOAWAY", "stream error", "connection refused", "reset by peer", "broken pipe", "EOF", "deadline exceeded",
		"timeout", "closed", "tls: ", "cannot assign requested address", "too many open files"} {
		if strings.Contains(err.Error(), k) {
			return k
		}
	}
	var hello tls.RecordHeaderError
	if errors.As(err, &hello) {
		return "no TLS"
	}
	return "other"
}

type outcome struct {
	Name    string           `json:"name"`
	Begin   float64          `json:"begin"` // seconds since 1970
	Seconds float64          `json:"seconds"`
	Peak    int64            `json:"connections_at_once"`
	Counts  map[string]int64 `json:"counts"`
}

// besiege makes an attack for a time. All of its connections are closed when it returns.
func (g *ground) besiege(a attack, d time.Duration) outcome {
	ctx, cancel := untilTold(d)
	defer cancel()
	begin := time.Now()
	a.run(ctx, g)
	for g.open.Load() > 0 && time.Since(begin) < d+5*time.Second {
		time.Sleep(10 * time.Millisecond)
	}
	// A copy: who reads a connection that has just been closed still counts.
	g.lock.Lock()
	defer g.lock.Unlock()
	return outcome{a.Name, float64(begin.UnixMilli()) / 1e3, time.Since(begin).Seconds(), g.peak.Load(), maps.Clone(g.counts)}
}

// crowd lets n attackers at work at once; each begins again when it has ended, and waits a little where it failed.
func (g *ground) crowd(ctx context.Context, n int, one func(context.Context, int) error) {
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() {
			for ctx.Err() == nil {
				err := one(ctx, i)
				if ctx.Err() != nil {
					return
				}
				if err != nil {
					g.failed(err)
					pause(ctx, 200*time.Millisecond)
				}
			}
		})
	}
	wait.Wait()
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// tracked counts open connections, and bytes.
type tracked struct {
	net.Conn
	g    *ground
	once sync.Once
	stop func() bool
}

func (t *tracked) Close() error {
	t.once.Do(func() { t.stop(); t.g.open.Add(-1) })
	return t.Conn.Close()
}

func (t *tracked) Write(p []byte) (int, error) {
	n, err := t.Conn.Write(p)
	t.g.count("bytes sent", int64(n))
	return n, err
}

func (t *tracked) Read(p []byte) (int, error) {
	n, err := t.Conn.Read(p)
	t.g.count("bytes received", int64(n))
	return n, err
}

// plain opens a TCP connection, which is closed when ctx ends.
func (g *ground) plain(ctx context.Context) (net.Conn, error) {
	d := net.Dialer{Timeout: 10 * time.Second}
	c, err := d.DialContext(ctx, "tcp", g.address)
	if err != nil {
		return nil, err
	}
	_ = c.(*net.TCPConn).SetLinger(0) // leaves no port in TIME_WAIT
	g.count("connections", 1)
	now := g.open.Add(1)
	for old := g.peak.Load(); now > old && !g.peak.CompareAndSwap(old, now); old = g.peak.Load() {
	}
	t := &tracked{Conn: c, g: g}
	made := make(chan struct{}) // the context may be over already
	t.stop = context.AfterFunc(ctx, func() { <-made; _ = t.Close() })
	close(made)
	return t, nil
}

// secure opens a TLS connection with these credentials.
func (g *ground) secure(ctx context.Context, who *tls.Config, protocol string) (*tls.Conn, error) {
	select {
	case g.dialing <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-g.dialing }()
	c, err := g.plain(ctx)
	if err != nil {
		return nil, err
	}
	config := who.Clone()
	config.NextProtos = []string{protocol}
	s := tls.Client(c, config)
	_ = c.SetDeadline(time.Now().Add(30 * time.Second))
	if err := s.HandshakeContext(ctx); err != nil {
		_ = c.Close()
		return nil, err
	}
	_ = c.SetDeadline(time.Time{})
	if protocol == "h2" && s.ConnectionState().NegotiatedProtocol != "h2" {
		_ = c.Close()
		return nil, errors.New("no h2")
	}
	return s, nil
}

// h1 opens a connection for HTTP/1.1 and lets talk use it.
func (g *ground) h1(ctx context.Context, who *tls.Config, talk func(*tls.Conn) error) error {
	c, err := g.secure(ctx, who, "http/1.1")
	if err != nil {
		return err
	}
	defer c.Close()
	return talk(c)
}

// answers reads HTTP/1.1 answers until the connection ends, and counts them.
func (g *ground) answers(c io.Reader) error {
	r := bufio.NewReaderSize(c, 4096)
	for {
		a, err := http.ReadResponse(r, nil)
		if err != nil {
			return err
		}
		g.count(fmt.Sprint("answers ", a.StatusCode), 1)
		if _, err := io.Copy(io.Discard, a.Body); err != nil {
			return err
		}
	}
}

// credential is the header field of a bearer token, if the administrator has one instead of a certificate.
func (g *ground) credential() string {
	if g.token == "" {
		return ""
	}
	return "Authorization: Bearer " + g.token + "\r\n"
}

// clients makes n HTTP/2 clients of the administrator, a connection each.
func (g *ground) clients(n int) []*http.Client {
	out := make([]*http.Client, n)
	s := *g.srv
	s.HTTP2, s.Window = true, 64<<10
	for i := range out {
		out[i] = s.Client()
		out[i].Timeout = 30 * time.Second
	}
	return out
}

// ask sends a request, drops what comes, and counts the answer. It never tries again.
func (g *ground) ask(ctx context.Context, c *http.Client, method, path, contentType string, body io.Reader, accept ...string) (int, error) {
	r := g.srv.Request(ctx, method, path, body)
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if len(accept) > 0 {
		r.Header.Set("Accept", accept[0])
	}
	if len(accept) > 1 {
		r.Header.Set("Accept-Encoding", accept[1])
	}
	g.count("requests", 1)
	a, err := c.Do(r)
	if err != nil {
		return 0, err
	}
	defer a.Body.Close()
	g.count(fmt.Sprint("answers ", a.StatusCode), 1)
	n, err := io.Copy(io.Discard, a.Body)
	g.count("bytes of answers", n)
	return a.StatusCode, err
}

// send lets writers send one body again and again.
func (g *ground) send(ctx context.Context, writers int, method, path, contentType string, body func(writer int) string) {
	clients := g.clients(min(writers, 64))
	bodies := make([]string, min(writers, 4))
	for i := range bodies {
		bodies[i] = body(i)
	}
	g.crowd(ctx, writers, func(ctx context.Context, i int) error {
		status, err := g.ask(ctx, clients[i%len(clients)], method, path, contentType, strings.NewReader(bodies[i%len(bodies)]))
		if status == 429 || status == 503 {
			pause(ctx, 50*time.Millisecond) // less than it is told to
		}
		return err
	})
	for _, c := range clients {
		c.CloseIdleConnections()
	}
}

// forge makes a client certificate of an authority that the server does not know.
func forge(admin bool) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	subject := pkix.Name{CommonName: "admin", Organization: []string{"system:masters"}}
	if !admin {
		subject.Organization = nil
		for i := range 200 {
			subject.Organization = append(subject.Organization, fmt.Sprintf("group-%d-%s", i, strings.Repeat("g", 40)))
		}
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: subject, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}
