package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// member is one of the etcds.
type member struct {
	folder, address string
	arguments       []string
	process         *exec.Cmd
	ended           chan struct{}
}

func freeAddress() string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// newMembers starts a cluster of etcds, each in a folder whose name begins so.
func newMembers(binary, folder string, count int) ([]*member, error) {
	var peers, cluster []string
	for i := range count {
		peers = append(peers, "http://"+freeAddress())
		cluster = append(cluster, fmt.Sprintf("m%d=%s", i, peers[i]))
	}
	var members []*member
	for i := range count {
		m := &member{folder: fmt.Sprintf("%s-etcd-%d", folder, i), address: freeAddress()}
		client := "http://" + m.address
		m.arguments = []string{binary, "--name", fmt.Sprintf("m%d", i), "--data-dir", filepath.Join(m.folder, "data"), "--listen-client-urls", client,
			"--advertise-client-urls", client, "--listen-peer-urls", peers[i], "--initial-advertise-peer-urls", peers[i],
			"--initial-cluster", strings.Join(cluster, ","), "--log-level", "error", "--unsafe-no-fsync"}
		members = append(members, m)
		if err := m.start(); err != nil {
			return members, err
		}
	}
	return members, nil
}

func (m *member) start() error {
	if err := os.MkdirAll(filepath.Join(m.folder, "state"), 0o755); err != nil {
		return err
	}
	log, err := os.OpenFile(filepath.Join(m.folder, "log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	m.process = exec.Command(m.arguments[0], m.arguments[1:]...)
	m.process.Stdout, m.process.Stderr = log, log
	if err := m.process.Start(); err != nil {
		return err
	}
	process, ended := m.process, make(chan struct{})
	m.ended = ended
	go func() {
		_ = process.Wait()
		close(ended)
	}()
	return os.WriteFile(filepath.Join(m.folder, "state", "pid"), []byte(strconv.Itoa(process.Process.Pid)), 0o644)
}

func (m *member) signal(s syscall.Signal) {
	_ = m.process.Process.Signal(s)
	if s == syscall.SIGKILL {
		<-m.ended
		_ = os.Remove(filepath.Join(m.folder, "state", "pid"))
	}
}

// leader is the place of the member that leads, as the members say; 0 if none answers.
func leader(members []*member, client *clientv3.Client) int {
	for _, m := range members {
		ctx, stop := context.WithTimeout(context.Background(), time.Second)
		status, err := client.Status(ctx, m.address)
		stop()
		if err != nil {
			continue
		}
		for i, other := range members {
			ctx, stop := context.WithTimeout(context.Background(), time.Second)
			its, err := client.Status(ctx, other.address)
			stop()
			if err == nil && its.Header.MemberId == status.Leader {
				return i
			}
		}
	}
	return 0
}

// server is a Rheo in a folder of its own, or a server that somebody else has started.
type server struct {
	folder     string
	kubeconfig string
	proxies    []*proxy
	lock       sync.Mutex // of restarts
}

// newServers starts Rheos, by the command that restarts one. Each has its own way to each of the members.
func newServers(restart, folder string, count int, members []*member) ([]*server, error) {
	var servers []*server
	for i := range count {
		s := &server{folder: fmt.Sprintf("%s-%d", folder, i+1)}
		s.kubeconfig = filepath.Join(s.folder, "admin.kubeconfig")
		servers = append(servers, s)
		options := ""
		if len(members) > 0 {
			var urls []string
			for _, m := range members {
				p, err := newProxy(m.address)
				if err != nil {
					return servers, err
				}
				s.proxies = append(s.proxies, p)
				urls = append(urls, "http://"+p.address)
			}
			options = "--store\netcd\n--etcd-servers\n" + strings.Join(urls, ",") + "\n"
		}
		if err := os.MkdirAll(filepath.Join(s.folder, "state"), 0o755); err != nil {
			return servers, err
		}
		if err := os.WriteFile(filepath.Join(s.folder, "state", "options"), []byte(options), 0o644); err != nil {
			return servers, err
		}
		if i > 0 { // one certificate authority and one key for tokens, as docs/operations.md says
			if err := os.MkdirAll(filepath.Join(s.folder, "data"), 0o755); err != nil {
				return servers, err
			}
			if err := os.CopyFS(filepath.Join(s.folder, "data", "pki"), os.DirFS(filepath.Join(servers[0].folder, "data", "pki"))); err != nil {
				return servers, err
			}
		}
		if err := s.restart(restart, "TERM"); err != nil {
			return servers, err
		}
	}
	return servers, nil
}

// restart ends the server by a signal, if it runs, and returns when it is ready again.
func (s *server) restart(command, signal string) error {
	s.lock.Lock()
	defer s.lock.Unlock()
	out, err := exec.Command(command, s.folder, signal).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s %s: %v: %s", command, s.folder, signal, err, out)
	}
	return nil
}

// network says what the way from the server to all members is like.
func (s *server) network(cut, stalled bool, delay time.Duration) {
	for _, p := range s.proxies {
		p.set(cut, stalled, delay)
	}
}
