package main

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"sigs.k8s.io/yaml"
)

// The server that is tested, and kubectl.
type server struct {
	url, token, kubeconfig, kubectl string
	client                          *http.Client
}

func connect(kubeconfig, kubectl string) (*server, error) {
	text, err := os.ReadFile(kubeconfig)
	if err != nil {
		return nil, err
	}
	var config struct {
		Clusters []struct{ Cluster struct{ Server string } }
		Users    []struct{ User struct{ Token string } }
	}
	if err := yaml.Unmarshal(text, &config); err != nil {
		return nil, err
	}
	if len(config.Clusters) != 1 || len(config.Users) != 1 || config.Users[0].User.Token == "" {
		return nil, fmt.Errorf("%s: one cluster and one user with a token are expected", kubeconfig)
	}
	transport := &http.Transport{
		TLSClientConfig:     &tls.Config{InsecureSkipVerify: true}, // loopback
		MaxIdleConnsPerHost: writers,
	}
	return &server{
		url:        config.Clusters[0].Cluster.Server,
		token:      config.Users[0].User.Token,
		kubeconfig: kubeconfig,
		kubectl:    kubectl,
		client:     &http.Client{Transport: transport, Timeout: 30 * time.Second},
	}, nil
}

type answer struct {
	code     int
	warnings []string
	body     []byte
	object   map[string]any // nil if it is no JSON object
}

func (s *server) do(method, path, contentType, accept string, body []byte) (*answer, error) {
	request, err := http.NewRequest(method, s.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+s.token)
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	request.Header.Set("Accept", accept)
	response, err := s.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	got := &answer{code: response.StatusCode, warnings: response.Header.Values("Warning")}
	if got.body, err = io.ReadAll(response.Body); err != nil {
		return nil, err
	}
	if json.Unmarshal(got.body, &got.object) != nil {
		got.object = nil
	}
	return got, nil
}

// must is do for what has to work.
func (s *server) must(method, path, contentType, accept string, body []byte) *answer {
	got, err := s.do(method, path, contentType, accept, body)
	if err != nil {
		fatal("%s %s: %v", method, path, err)
	}
	return got
}

func (s *server) get(path string) *answer { return s.must("GET", path, "", "application/json", nil) }

// run is kubectl; what it prints on both streams, and whether it went well.
func (s *server) run(arguments ...string) (string, bool) {
	command := exec.Command(s.kubectl, append([]string{"--kubeconfig", s.kubeconfig}, arguments...)...)
	out, err := command.CombinedOutput()
	return strings.ReplaceAll(string(out), s.url, "SERVER"), err == nil
}
