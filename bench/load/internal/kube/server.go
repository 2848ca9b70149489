// Package kube reads a kubeconfig and makes HTTP clients of a Kubernetes API server, for the load generators.
package kube

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"time"
)

// Server is the address and the credentials of a kubeconfig, and how connections to it are made.
type Server struct {
	Base   string
	Token  string
	TLS    *tls.Config
	HTTP2  bool
	Window int
	Agent  string // User-Agent, if not Go's
}

// As is the same server, asked in another's name.
func (s *Server) As(agent string) *Server {
	other := *s
	other.Agent = agent
	return &other
}

// Flags registers the flags that all commands share; the function it returns reads the kubeconfig.
func Flags(f *flag.FlagSet) func() (*Server, error) {
	kubeconfig := f.String("kubeconfig", os.Getenv("KUBECONFIG"), "kubeconfig `file`")
	protocol := f.String("protocol", "h2", "h2 or h1")
	window := f.Int("window", 1<<20, "HTTP/2 receive window of a stream, in bytes")
	return func() (*Server, error) {
		s, err := Read(*kubeconfig)
		if err != nil {
			return nil, err
		}
		switch *protocol {
		case "h2":
			s.HTTP2 = true
		case "h1":
		default:
			return nil, fmt.Errorf("-protocol is %q, must be h2 or h1", *protocol)
		}
		s.Window = *window
		return s, nil
	}
}

var field = regexp.MustCompile(`(?m)^[\s-]*([a-z-]+):[ \t]*(\S.*?)\s*$`)

// Read understands the block YAML that servers and kubectl write, with one cluster and one user.
func Read(path string) (*Server, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	v := map[string]string{}
	for _, m := range field.FindAllStringSubmatch(string(text), -1) {
		if _, seen := v[m[1]]; !seen {
			v[m[1]] = strings.Trim(m[2], `"'`)
		}
	}
	pem := func(key string) []byte {
		if data, ok := v[key+"-data"]; ok {
			b, _ := base64.StdEncoding.DecodeString(data)
			return b
		}
		if name, ok := v[key]; ok {
			b, _ := os.ReadFile(name)
			return b
		}
		return nil
	}
	if v["server"] == "" {
		return nil, errors.New(path + ": no server")
	}
	s := &Server{Base: strings.TrimSuffix(v["server"], "/"), Token: v["token"],
		TLS: &tls.Config{InsecureSkipVerify: v["insecure-skip-tls-verify"] == "true"}}
	if ca := pem("certificate-authority"); ca != nil {
		s.TLS.RootCAs = x509.NewCertPool()
		s.TLS.RootCAs.AppendCertsFromPEM(ca)
	}
	if cert, key := pem("client-certificate"), pem("client-key"); cert != nil && key != nil {
		pair, err := tls.X509KeyPair(cert, key)
		if err != nil {
			return nil, err
		}
		s.TLS.Certificates = []tls.Certificate{pair}
	}
	return s, nil
}

// Client makes a client with a connection pool of its own. With HTTP/2 that is one connection.
func (s *Server) Client() *http.Client {
	t := &http.Transport{
		TLSClientConfig:     s.TLS.Clone(),
		DialContext:         (&net.Dialer{Timeout: 60 * time.Second}).DialContext,
		TLSHandshakeTimeout: 120 * time.Second,
		DisableCompression:  true,
		ReadBufferSize:      32 << 10,
		WriteBufferSize:     4 << 10,
		MaxIdleConnsPerHost: 1 << 12,
		Protocols:           new(http.Protocols),
		HTTP2:               &http.HTTP2Config{MaxReceiveBufferPerStream: s.Window},
	}
	t.Protocols.SetHTTP1(!s.HTTP2)
	t.Protocols.SetHTTP2(s.HTTP2)
	return &http.Client{Transport: t}
}

// Clients gives a function from the number of a reader or writer to its client.
func (s *Server) Clients(own bool) func(int) *http.Client {
	if own {
		return func(int) *http.Client { return s.Client() }
	}
	shared := s.Client()
	return func(int) *http.Client { return shared }
}

func (s *Server) Request(ctx context.Context, method, path string, body io.Reader) *http.Request {
	r, err := http.NewRequestWithContext(ctx, method, s.Base+path, body)
	if err != nil {
		panic(err) // the paths are ours
	}
	r.Header.Set("Accept", "application/json")
	if s.Agent != "" {
		r.Header.Set("User-Agent", s.Agent)
	}
	if s.Token != "" {
		r.Header.Set("Authorization", "Bearer "+s.Token)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

// Call sends a small request in JSON and reads the whole answer. 429 and 503 are tried again, as client-go does.
func (s *Server) Call(ctx context.Context, c *http.Client, method, path, body string) (int, []byte, error) {
	return s.Send(ctx, c, method, path, "application/json", "application/json", []byte(body))
}

// Send is Call in other media types: that of the body and that of the answer.
func (s *Server) Send(ctx context.Context, c *http.Client, method, path, sent, accepted string, body []byte) (int, []byte, error) {
	for try := 0; ; try++ {
		var r io.Reader
		if len(body) > 0 {
			r = bytes.NewReader(body)
		}
		request := s.Request(ctx, method, path, r)
		request.Header.Set("Accept", accepted)
		if r != nil {
			request.Header.Set("Content-Type", sent)
		}
		resp, err := c.Do(request)
		if err != nil {
			return 0, nil, err
		}
		b, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if (resp.StatusCode == 429 || resp.StatusCode == 503) && try < 30 {
			time.Sleep(time.Second)
			continue
		}
		return resp.StatusCode, b, err
	}
}

// Refused is the error of an answer that is not what was asked for.
func Refused(resp *http.Response) error {
	b, _ := io.ReadAll(io.LimitReader(resp.Body, 300))
	return fmt.Errorf("%s: %s", resp.Status, b)
}
