package main

import (
	"context"
	"crypto/tls"
	"net/http/httptrace"
	"time"
)

const (
	slowProbe = 500 * time.Millisecond // a health check that took longer is kept with its steps
	mostSlow  = 500                    // of a line
)

// probe tells where the time of a slow health check went: the milliseconds from its begin to the end of each step. A step
// that was not made, as on a connection that was kept, is 0.
type probe struct {
	At        float64 `json:"at"` // s since 1970
	Connected float64 `json:"connected"`
	Secured   float64 `json:"secured"` // the TLS handshake has ended
	Sent      float64 `json:"sent"`
	Done      float64 `json:"done"`
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1e3 }

// traced is a context for one request, which notes its steps. The steps of a request happen one after the other.
func (p *probe) traced(begin time.Time) context.Context {
	return httptrace.WithClientTrace(context.Background(), &httptrace.ClientTrace{
		ConnectDone:      func(string, string, error) { p.Connected = milliseconds(time.Since(begin)) },
		TLSHandshakeDone: func(tls.ConnectionState, error) { p.Secured = milliseconds(time.Since(begin)) },
		WroteRequest:     func(httptrace.WroteRequestInfo) { p.Sent = milliseconds(time.Since(begin)) },
	})
}
