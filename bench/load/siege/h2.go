package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// h2 is an HTTP/2 connection that keeps to no rule but those of framing. Its window for what the server sends is never
// opened further, unless a reader does it.
type h2 struct {
	g      *ground
	ctx    context.Context
	conn   *tls.Conn
	out    *bufio.Writer // many frames in one TLS record cost an attacker little
	framer *http2.Framer
	block  bytes.Buffer
	fields *hpack.Encoder
	next   uint32 // number of the next stream
	gone   chan error
	token  bool
}

// http2 opens a connection. What the server sends is read and counted, or, with mute, left in the sockets' buffers.
func (g *ground) http2(ctx context.Context, who *tls.Config, mute bool, settings ...http2.Setting) (*h2, error) {
	c, err := g.secure(ctx, who, "h2")
	if err != nil {
		return nil, err
	}
	out := bufio.NewWriterSize(c, 16<<10)
	h := &h2{g: g, ctx: ctx, conn: c, out: out, framer: http2.NewFramer(out, c), next: 1, gone: make(chan error, 1),
		token: who == g.admin && g.token != ""}
	h.framer.AllowIllegalWrites = true
	h.fields = hpack.NewEncoder(&h.block)
	h.fields.SetMaxDynamicTableSize(0)
	if _, err = io.WriteString(out, http2.ClientPreface); err == nil {
		if err = h.framer.WriteSettings(settings...); err == nil {
			err = h.framer.WriteSettingsAck() // of the settings that the server surely sends
		}
	}
	if err != nil {
		h.close()
		return nil, err
	}
	if !mute {
		go func() { h.gone <- h.listen() }()
	}
	return h, nil
}

func (h *h2) close() { _ = h.conn.Close() }

// listen counts what the server sends until the connection ends.
func (h *h2) listen() error {
	in := http2.NewFramer(nil, h.conn)
	in.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	in.MaxHeaderListSize = 64 << 10
	for {
		f, err := in.ReadFrame()
		var broken http2.StreamError
		if errors.As(err, &broken) {
			continue
		}
		if err != nil {
			return err
		}
		switch f := f.(type) {
		case *http2.MetaHeadersFrame:
			h.g.count("answers "+f.PseudoValue("status"), 1)
		case *http2.RSTStreamFrame:
			h.g.count("streams reset by the server", 1)
		case *http2.GoAwayFrame:
			h.g.count(fmt.Sprint("GOAWAY ", f.ErrCode), 1)
			return errors.New("closed by GOAWAY")
		}
	}
}

// hold sends what was written, and waits until the connection or the attack ends.
func (h *h2) hold() error {
	if err := h.out.Flush(); err != nil {
		return err
	}
	select {
	case err := <-h.gone:
		return err
	case <-h.ctx.Done():
		return nil
	}
}

// held is true as long as neither has ended.
func (h *h2) held() bool {
	select {
	case err := <-h.gone:
		h.gone <- err
		return false
	case <-h.ctx.Done():
		return false
	default:
		return true
	}
}

// header encodes a request's header; pairs are further names and values.
func (h *h2) header(method, path string, pairs ...string) []byte {
	h.block.Reset()
	put := func(name, value string) {
		_ = h.fields.WriteField(hpack.HeaderField{Name: name, Value: value, Sensitive: true})
	}
	put(":method", method)
	put(":scheme", "https")
	put(":authority", h.g.address)
	put(":path", path)
	if h.token {
		put("authorization", "Bearer "+h.g.token)
	}
	for i := 0; i < len(pairs); i += 2 {
		put(pairs[i], pairs[i+1])
	}
	return h.block.Bytes()
}

// open begins a stream with this header, in as many frames as it needs, and returns its number.
func (h *h2) open(block []byte, end bool) (uint32, error) {
	id := h.next
	h.next += 2
	piece := block[:min(len(block), 16384)]
	rest := block[len(piece):]
	err := h.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: piece, EndStream: end, EndHeaders: len(rest) == 0})
	for err == nil && len(rest) > 0 {
		piece = rest[:min(len(rest), 16384)]
		rest = rest[len(piece):]
		err = h.framer.WriteContinuation(id, len(rest) == 0, piece)
	}
	h.g.count("streams", 1)
	return id, err
}

// crowdOfH2 lets n connections at once do something to the server, each with its own HTTP/2 connection.
func (g *ground) crowdOfH2(ctx context.Context, n int, who *tls.Config, mute bool, talk func(*h2) error, settings ...http2.Setting) {
	g.crowd(ctx, n, func(ctx context.Context, _ int) error {
		h, err := g.http2(ctx, who, mute, settings...)
		if err != nil {
			return err
		}
		defer h.close()
		return talk(h)
	})
}

// trickle calls step at intervals until it fails or the connection ends.
func (h *h2) trickle(every time.Duration, step func() error) error {
	for h.held() {
		if err := errors.Join(step(), h.out.Flush()); err != nil {
			return err
		}
		pause(h.ctx, every)
	}
	return nil
}
