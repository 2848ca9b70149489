package main

import (
	"io"
	"net"
	"sync"
	"time"
)

// proxy stands between a server and a member of etcd, and can be told to be a bad network.
type proxy struct {
	address string
	target  string
	lock    sync.Mutex
	healthy *sync.Cond
	stalled bool // nothing is handed on, nothing is closed
	cut     bool // connections are closed
	delay   time.Duration
	open    map[net.Conn]bool
}

func newProxy(target string) (*proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{address: listener.Addr().String(), target: target, open: map[net.Conn]bool{}}
	p.healthy = sync.NewCond(&p.lock)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go p.accepted(conn)
		}
	}()
	return p, nil
}

// set says what the network is like from now on.
func (p *proxy) set(cut, stalled bool, delay time.Duration) {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.cut, p.stalled, p.delay = cut, stalled, delay
	if cut {
		for conn := range p.open {
			_ = conn.Close()
		}
	}
	p.healthy.Broadcast()
}

// pass waits as long as the network needs; false: the connection is to be closed.
func (p *proxy) pass() bool {
	p.lock.Lock()
	for p.stalled && !p.cut {
		p.healthy.Wait()
	}
	cut, delay := p.cut, p.delay
	p.lock.Unlock()
	time.Sleep(delay)
	return !cut
}

func (p *proxy) keep(conn net.Conn, open bool) bool {
	p.lock.Lock()
	defer p.lock.Unlock()
	if open && p.cut {
		_ = conn.Close()
		return false
	}
	if open {
		p.open[conn] = true
	} else {
		delete(p.open, conn)
		_ = conn.Close()
	}
	return true
}

func (p *proxy) accepted(from net.Conn) {
	if !p.keep(from, true) {
		return
	}
	defer p.keep(from, false)
	to, err := net.DialTimeout("tcp", p.target, 5*time.Second)
	if err != nil || !p.keep(to, true) {
		return
	}
	defer p.keep(to, false)
	done := make(chan struct{}, 2)
	pump := func(to, from net.Conn) {
		defer func() { done <- struct{}{} }()
		buffer := make([]byte, 1<<16)
		for {
			n, err := from.Read(buffer)
			if n > 0 {
				if !p.pass() {
					return
				}
				if _, err := to.Write(buffer[:n]); err != nil {
					return
				}
			}
			if err != nil {
				if err != io.EOF {
					return
				}
				_ = to.(*net.TCPConn).CloseWrite()
				return
			}
		}
	}
	go pump(to, from)
	go pump(from, to)
	<-done
}
