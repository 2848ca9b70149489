package main

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"k8s.io/apimachinery/pkg/util/yaml"
)

// A sample is an object and what is done to it: created, then put again with a JSON merge patch applied to what was
// answered last.
type sample struct {
	Path    string // apis/apps/v1/namespaces/default/deployments
	Object  map[string]any
	Updates []update
}

type update struct {
	Subresource string
	Patch       map[string]any
}

// exchange is one request and its answer, a line of the recording.
type exchange struct {
	Path        string          `json:"path"`
	Subresource string          `json:"subresource,omitempty"`
	Update      bool            `json:"update,omitempty"`
	Old         json.RawMessage `json:"old,omitempty"`
	Input       json.RawMessage `json:"input"`
	Code        int             `json:"code"`
	Output      json.RawMessage `json:"output"`
}

// record plays the samples against a running kube-apiserver and writes what it answers.
func record(samples, server, token, out string) error {
	in, err := os.Open(samples)
	if err != nil {
		return err
	}
	defer in.Close()
	c := client{server: strings.TrimSuffix(server, "/"), token: token, http: &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, // a throw-away server on this machine
	}}}
	var lines bytes.Buffer
	enc := json.NewEncoder(&lines)
	enc.SetEscapeHTML(false)
	docs := yaml.NewYAMLOrJSONDecoder(in, 4096)
	for {
		var s sample
		if err := docs.Decode(&s); err == io.EOF {
			break
		} else if err != nil {
			return err
		}
		if s.Path == "" {
			continue
		}
		if err := c.play(s, enc.Encode); err != nil {
			return fmt.Errorf("%s: %w", s.Path, err)
		}
	}
	return os.WriteFile(out, lines.Bytes(), 0o644)
}

type client struct {
	server, token string
	http          *http.Client
}

func (c client) play(s sample, write func(any) error) error {
	input, err := json.Marshal(s.Object)
	if err != nil {
		return err
	}
	code, answer, err := c.do("POST", s.Path+"?fieldManager=typegen", input)
	if err != nil {
		return err
	}
	if err := write(exchange{Path: s.Path, Input: input, Code: code, Output: answer}); err != nil || code != 201 {
		return err
	}
	var object map[string]any
	if err := json.Unmarshal(answer, &object); err != nil {
		return err
	}
	self := s.Path + "/" + object["metadata"].(map[string]any)["name"].(string)
	old := answer
	for _, u := range s.Updates {
		var next map[string]any
		if err := json.Unmarshal(old, &next); err != nil {
			return err
		}
		merge(next, u.Patch)
		if input, err = json.Marshal(next); err != nil {
			return err
		}
		path := self
		if u.Subresource != "" {
			path += "/" + u.Subresource
		}
		if code, answer, err = c.do("PUT", path+"?fieldManager=typegen", input); err != nil {
			return err
		}
		if err := write(exchange{Path: s.Path, Subresource: u.Subresource, Update: true, Old: old, Input: input, Code: code, Output: answer}); err != nil {
			return err
		}
		if code == 200 {
			old = answer
		}
	}
	_, _, err = c.do("DELETE", self+"?gracePeriodSeconds=0", nil)
	return err
}

func (c client) do(method, path string, body []byte) (int, json.RawMessage, error) {
	req, err := http.NewRequest(method, c.server+"/"+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp.StatusCode, bytes.TrimSpace(b), err
}

// merge applies a JSON merge patch (RFC 7396).
func merge(into, patch map[string]any) {
	for k, v := range patch {
		switch p := v.(type) {
		case nil:
			delete(into, k)
		case map[string]any:
			o, ok := into[k].(map[string]any)
			if !ok {
				o = map[string]any{}
				into[k] = o
			}
			merge(o, p)
		default:
			into[k] = v
		}
	}
}
