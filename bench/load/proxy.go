package main

import (
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"rheo.dev/bench/load/internal/kube"
)

// front stands between one client, which speaks plain HTTP to it, and the server. It can keep back what watches bring, and
// can make the client list again as a server does whose history is gone.
//
//	POST /-/hold      from now on, what comes over watches is kept here
//	POST /-/release   it is passed on, and no watch is told 410 any more
//	POST /-/expire    all watches are cut, what is kept of them is dropped, and the next watch that does not ask for initial
//	                  events gets 410 as its first event
//	POST /-/strip     Rheo's own headers are taken out of requests and answers, so that it is a server like any other
//	POST /-/reset     no header is taken out, and the figures begin at zero
//	GET  /-/figures   what was asked for
//
// An order is answered with the time at which it was obeyed, in seconds since 1970.
type front struct {
	budget  int // bytes that are kept back of a watch at most
	handler http.Handler

	lock    sync.Mutex
	changed *sync.Cond
	held    bool
	expired bool // the next watch is to be told so
	strip   bool
	watches map[*watched]bool
	figures figures
}

// figures counts requests by their kind, and the bytes of the bodies that the client was sent.
type figures struct {
	Lists      int    `json:"lists"`
	WatchLists int    `json:"watch_lists"`
	Watches    int    `json:"watches"`
	Expired    int    `json:"expired"`
	Bytes      int64  `json:"bytes"`
	Held       int    `json:"held_bytes"`
	Trouble    string `json:"trouble,omitempty"`
}

// ahead is how much of a watch is read before the client takes it.
const ahead = 1 << 20

var errCut = errors.New("the watch was cut")

func proxy(f *flag.FlagSet, args []string) (any, error) {
	connect := kube.Flags(f)
	listen := f.String("listen", "127.0.0.1:0", "`address` for the client; the first line of the output tells the port")
	budget := f.Int("budget", 2<<30, "bytes that are kept back at most")
	_ = f.Parse(args)
	srv, err := connect()
	if err != nil {
		return nil, err
	}
	target, err := url.Parse(srv.Base)
	if err != nil {
		return nil, err
	}
	p := newFront(srv, target, *budget)
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		return nil, err
	}
	fmt.Printf("%s\n", listener.Addr())
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	server := &http.Server{Handler: p.handler}
	go func() { _ = server.Serve(listener) }()
	<-ctx.Done()
	return p.figures, server.Close()
}

func newFront(srv *kube.Server, target *url.URL, budget int) *front {
	p := &front{budget: budget, watches: map[*watched]bool{}}
	p.changed = sync.NewCond(&p.lock)
	transport := &http.Transport{DisableCompression: true, ReadBufferSize: 64 << 10, MaxIdleConnsPerHost: 16}
	if srv.TLS != nil {
		transport.TLSClientConfig = srv.TLS.Clone() // which makes it speak HTTP/1.1, as WebSockets do
	}
	forward := &httputil.ReverseProxy{
		Transport:     transport,
		FlushInterval: -1,
		BufferPool:    &buffers{sync.Pool{New: func() any { return make([]byte, 256<<10) }}},
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			if srv.Token != "" {
				r.Out.Header.Set("Authorization", "Bearer "+srv.Token)
			}
			p.stripped(r.Out.Header)
		},
		ModifyResponse: p.answered,
		ErrorLog:       log.New(unexpected{}, "", 0),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /-/{order}", p.order)
	mux.HandleFunc("GET /-/figures", func(w http.ResponseWriter, _ *http.Request) {
		p.lock.Lock()
		defer p.lock.Unlock()
		_ = json.NewEncoder(w).Encode(p.figures)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if p.asked(r) {
			forward.ServeHTTP(w, r)
			return
		}
		tellExpired(w, r)
	})
	p.handler = mux
	return p
}

// unexpected is the log of what is not our own doing.
type unexpected struct{}

func (unexpected) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte(errCut.Error())) {
		return len(line), nil
	}
	return os.Stderr.Write(line)
}

type buffers struct{ pool sync.Pool }

func (b *buffers) Get() []byte  { return b.pool.Get().([]byte) }
func (b *buffers) Put(x []byte) { b.pool.Put(x) } //nolint:staticcheck // the interface wants slices

func (p *front) order(w http.ResponseWriter, r *http.Request) {
	p.lock.Lock()
	defer p.lock.Unlock()
	switch r.PathValue("order") {
	case "hold":
		p.held = true
	case "release":
		p.held, p.expired = false, false
	case "expire":
		p.held, p.expired = false, true
		for s := range p.watches {
			s.cut = true
		}
	case "strip":
		p.strip = true
	case "reset":
		p.held, p.expired, p.strip, p.figures = false, false, false, figures{}
	default:
		http.NotFound(w, r)
		return
	}
	p.changed.Broadcast()
	fmt.Fprintf(w, "%.6f\n", float64(time.Now().UnixMicro())/1e6)
}

// asked counts a request; it returns false for a watch that is to be told that its version is gone.
func (p *front) asked(r *http.Request) bool {
	p.lock.Lock()
	defer p.lock.Unlock()
	switch {
	case initialEvents(r):
		p.figures.WatchLists++
	case watches(r):
		p.figures.Watches++
		if p.expired {
			p.expired = false
			p.figures.Expired++
			return false
		}
	default:
		p.figures.Lists++
	}
	return true
}

func watches(r *http.Request) bool {
	v := r.URL.Query().Get("watch")
	return v == "true" || v == "1"
}

func initialEvents(r *http.Request) bool {
	return watches(r) && r.URL.Query().Get("sendInitialEvents") == "true"
}

func (p *front) stripped(h http.Header) {
	p.lock.Lock()
	defer p.lock.Unlock()
	if p.strip {
		for name := range h {
			if strings.HasPrefix(name, "Rheo-") {
				h.Del(name)
			}
		}
	}
}

func (p *front) answered(r *http.Response) error {
	p.stripped(r.Header)
	if !watches(r.Request) || r.StatusCode != 200 && r.StatusCode != 101 {
		r.Body = &ending{r.Body, p}
		return nil
	}
	s := &watched{front: p, body: r.Body}
	p.lock.Lock()
	p.watches[s] = true
	p.lock.Unlock()
	go s.pump()
	r.Body = s
	return nil
}

// ending is the body of an answer other than a watch.
type ending struct {
	io.ReadCloser
	front *front
}

func (c *ending) Read(b []byte) (int, error) {
	n, err := c.ReadCloser.Read(b)
	c.front.lock.Lock()
	c.front.figures.Bytes += int64(n)
	c.front.lock.Unlock()
	return n, err
}

// watched is the body of a watch. A goroutine reads it, so that it goes on being read while the client gets nothing. What
// follows is guarded by the lock of the front.
type watched struct {
	front *front
	body  io.ReadCloser

	kept   []byte // from here on
	from   int
	err    error
	cut    bool
	closed bool
}

func (s *watched) pump() {
	p := s.front
	chunk := make([]byte, 64<<10)
	for {
		n, err := s.body.Read(chunk)
		p.lock.Lock()
		if s.from == len(s.kept) {
			s.kept, s.from = s.kept[:0], 0
		}
		s.kept = append(s.kept, chunk[:n]...)
		if p.held {
			p.figures.Held += n
			if len(s.kept) > p.budget {
				err = fmt.Errorf("more than %d bytes are kept back", p.budget)
				p.figures.Trouble = err.Error()
			}
		}
		s.err = err
		p.changed.Broadcast()
		for !s.over() && !p.held && len(s.kept)-s.from > ahead {
			p.changed.Wait()
		}
		over := s.over()
		p.lock.Unlock()
		if over {
			return
		}
	}
}

func (s *watched) over() bool { return s.err != nil || s.cut || s.closed }

func (s *watched) Read(b []byte) (int, error) {
	p := s.front
	p.lock.Lock()
	defer p.lock.Unlock()
	for !s.cut && !s.closed && (p.held || s.from == len(s.kept) && s.err == nil) {
		p.changed.Wait()
	}
	if s.cut || s.closed {
		return 0, errCut
	}
	if s.from == len(s.kept) {
		return 0, s.err
	}
	n := copy(b, s.kept[s.from:])
	s.from += n
	p.figures.Bytes += int64(n)
	p.changed.Broadcast()
	return n, nil
}

// Write is for the WebSocket's other direction.
func (s *watched) Write(b []byte) (int, error) {
	w, ok := s.body.(io.Writer)
	if !ok {
		return 0, errors.New("a watch over plain HTTP is only read")
	}
	return w.Write(b)
}

func (s *watched) Close() error {
	p := s.front
	p.lock.Lock()
	s.closed = true
	delete(p.watches, s)
	p.changed.Broadcast()
	p.lock.Unlock()
	return s.body.Close()
}

// tellExpired answers a watch as kube-apiserver does one whose version is gone: with 200 and an ERROR event.
func tellExpired(w http.ResponseWriter, r *http.Request) {
	const event = `{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",` +
		`"message":"too old resource version","reason":"Expired","code":410}}`
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintln(w, event)
		return
	}
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer connection.Close()
	// RFC 6455, 1.3 and 5.2: the handshake, a frame of text, a frame that closes.
	sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	answer := "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
		base64.StdEncoding.EncodeToString(sum[:]) + "\r\n"
	if protocol := r.Header.Get("Sec-WebSocket-Protocol"); protocol != "" {
		answer += "Sec-WebSocket-Protocol: " + strings.TrimSpace(strings.Split(protocol, ",")[0]) + "\r\n"
	}
	frames := append([]byte(answer+"\r\n"), 0x81, 126)
	frames = binary.BigEndian.AppendUint16(frames, uint16(len(event)))
	frames = append(append(frames, event...), 0x88, 2, 0x03, 0xe8)
	_, _ = connection.Write(frames)
	// The client closes, too; what it sends until then is of no interest.
	_ = connection.SetReadDeadline(time.Now().Add(5 * time.Second))
	_, _ = io.Copy(io.Discard, connection)
}
