package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// open counts the answers that are being written, so that a test can see whether they end when their readers go.
var open atomic.Int64

// serveAnswers serves do/WHAT, where WHAT names an answer and, after a dash, a number.
func serveAnswers(mux *http.ServeMux) {
	mux.HandleFunc(group+"/v1/do/{what}", deed)
	mux.HandleFunc(group+"/v1/do/{what}/{rest...}", deed)
}

func deed(w http.ResponseWriter, r *http.Request) {
	what, number, _ := strings.Cut(r.PathValue("what"), "-")
	n, _ := strconv.Atoi(number)
	flush := http.NewResponseController(w).Flush
	if what != "open" {
		open.Add(1)
		defer open.Add(-1)
	}
	switch what {
	case "open": // how many other answers are being written
		answer(w, 200, map[string]any{"open": open.Load()})
	case "echo":
		echo(w, r)
	case "code": // an empty body
		w.WriteHeader(n)
	case "status": // a Status
		w.Header().Set("Retry-After", "7")
		status(w, n, "Because", "the extension says so")
	case "text":
		w.Header().Set("Content-Type", "text/plain")
		w.WriteHeader(n)
		fmt.Fprintln(w, "in plain text")
	case "redirect":
		http.Redirect(w, r, group+"/v1/namespaces/default/things/a", n)
	case "elsewhere":
		http.Redirect(w, r, "https://example.com/x", n)
	case "headers":
		h := w.Header()
		h.Add("X-Many", "1")
		h.Add("X-Many", "2")
		h.Set("Connection", "X-Hop")
		h.Set("X-Hop", "not to be seen")
		h.Set("Keep-Alive", "timeout=5")
		h.Set("Proxy-Authenticate", "Basic")
		h.Set("Set-Cookie", "a=b")
		h.Set("Audit-Id", "of-the-extension")
		h.Set("Cache-Control", "max-age=60")
		h.Set("Server", "extension")
		h.Set("Warning", `299 - "careful"`)
		h.Set("X-Kubernetes-Pf-Flowschema-Uid", "mine")
		answer(w, 200, map[string]any{})
	case "gzip":
		var packed bytes.Buffer
		zip := gzip.NewWriter(&packed)
		fmt.Fprint(zip, `{"packed":true}`)
		zip.Close()
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(packed.Bytes())
	case "trailer":
		w.Header().Set("Trailer", "X-Late")
		fmt.Fprint(w, "{}")
		w.Header().Set("X-Late", "yes")
	case "early":
		w.Header().Set("Link", "</x>; rel=preload")
		w.WriteHeader(http.StatusEarlyHints)
		answer(w, 200, map[string]any{"early": true})
	case "big": // megabytes
		w.Header().Set("Content-Type", "application/json")
		block := bytes.Repeat([]byte("x"), 1<<20)
		for range n {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	case "sized": // a length is told
		w.Header().Set("Content-Length", strconv.Itoa(n))
		_, _ = io.Copy(w, io.LimitReader(zeros{}, int64(n)))
	case "hang":
		<-r.Context().Done()
	case "hold": // milliseconds
		time.Sleep(time.Duration(n) * time.Millisecond)
		answer(w, 200, map[string]any{"held": n})
	case "begin": // a head and some bytes, then nothing
		fmt.Fprint(w, "{")
		_ = flush()
		<-r.Context().Done()
	case "cut": // in the middle of a chunked body
		fmt.Fprint(w, `{"a":`)
		_ = flush()
		panic(http.ErrAbortHandler)
	case "short": // less than was told
		w.Header().Set("Content-Length", "100")
		fmt.Fprint(w, "{}")
		_ = flush()
		panic(http.ErrAbortHandler)
	case "gone": // before the head
		panic(http.ErrAbortHandler)
	case "raw": // what is no HTTP, or bad HTTP
		raw(w, n)
	case "upgrade":
		upgrade(w, r)
	default:
		status(w, 404, "NotFound", "no such deed")
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

// echo tells what came of a request. Header fields that name the client's software are left out.
func echo(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	headers := map[string][]string{}
	for name, values := range r.Header {
		if name == "User-Agent" || name == "Traceparent" {
			continue
		}
		if name == "Audit-Id" && len(values[0]) == 36 {
			values = []string{"<made>"}
		}
		if name == "X-Forwarded-For" {
			values = []string{strconv.Itoa(len(strings.Split(strings.Join(values, ","), ",")))}
		}
		if name == "X-Forwarded-Host" {
			values = []string{strings.Split(values[0], ":")[0]}
		}
		headers[name] = values
	}
	certificate := ""
	if len(r.TLS.PeerCertificates) > 0 {
		certificate = r.TLS.PeerCertificates[0].Subject.CommonName
	}
	answer(w, 200, map[string]any{"method": r.Method, "target": r.URL.RequestURI(), "host": strings.Split(r.Host, ":")[0], "body": string(body),
		"length": r.ContentLength, "headers": headers, "certificate": certificate})
}

var raws = []string{
	"this is no HTTP\r\n\r\n",
	"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
	"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
	"HTTP/1.1 200 OK\r\n\r\nuntil the end",
	"HTTP/1.1 999 Odd\r\nContent-Length: 2\r\n\r\n{}",
	"HTTP/1.1 200 OK\r\nBad Header: x\r\nContent-Length: 2\r\n\r\n{}",
	"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
	"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
	"HTTP/1.1 200 OK\r\n" + strings.Repeat("X-Long: "+strings.Repeat("y", 1000)+"\r\n", 12<<10) + "\r\n",
}

func raw(w http.ResponseWriter, n int) {
	connection, buffer, err := http.NewResponseController(w).Hijack()
	if err != nil {
		status(w, 500, "NoHijack", err.Error())
		return
	}
	defer connection.Close()
	_, _ = buffer.WriteString(raws[n])
	_ = buffer.Flush()
}

// upgrade echoes bytes, in upper case, until the reader goes.
func upgrade(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Upgrade") == "" {
		status(w, 400, "BadRequest", "no upgrade is asked for")
		return
	}
	connection, buffer, err := http.NewResponseController(w).Hijack()
	if err != nil {
		status(w, 500, "NoHijack", err.Error())
		return
	}
	defer connection.Close()
	fmt.Fprintf(buffer, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: %s\r\nConnection: Upgrade\r\nX-User: %s\r\n\r\n", r.Header.Get("Upgrade"), r.Header.Get("X-Remote-User"))
	_ = buffer.Flush()
	in := bufio.NewReader(buffer)
	block := make([]byte, 32<<10)
	for {
		n, err := in.Read(block)
		if n > 0 {
			if _, err := connection.Write(bytes.ToUpper(block[:n])); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
