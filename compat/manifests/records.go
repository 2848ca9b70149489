package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
)

// What was seen of a server: for each thing that was done a short line, and the whole for --dump.
type records struct {
	lines map[string]string
	order []string
	dump  string
}

func newRecords(dump string) *records { return &records{lines: map[string]string{}, dump: dump} }

func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:6])
}

// add notes what came of an action. head is compared as it is, whole by its digest.
func (r *records) add(action, head string, whole []byte) {
	line := strings.TrimSpace(head + " " + digest(whole))
	first, _, _ := strings.Cut(string(whole), "\n")
	if len(first) <= 200 && !strings.HasPrefix(first, "{") && !strings.Contains(first, "\t") {
		line = strings.TrimSpace(line + " " + first)
	}
	if _, is := r.lines[action]; is {
		panic("done twice: " + action)
	}
	r.lines[action] = line
	r.order = append(r.order, action)
	if r.dump != "" {
		name := filepath.Join(r.dump, strings.NewReplacer("/", "_", " ", "_", "#", "-").Replace(action))
		if len(filepath.Base(name)) > 240 {
			name = name[:len(r.dump)+1+220] + digest([]byte(action))
		}
		if err := os.WriteFile(name, append([]byte(head+"\n"), whole...), 0o644); err != nil {
			panic(err)
		}
	}
}

func (r *records) write(file string) error {
	var text bytes.Buffer
	for _, action := range r.order {
		fmt.Fprintf(&text, "%s\t%s\n", action, r.lines[action])
	}
	var packed bytes.Buffer
	zip, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := zip.Write(text.Bytes()); err != nil {
		return err
	}
	if err := zip.Close(); err != nil {
		return err
	}
	return os.WriteFile(file, packed.Bytes(), 0o644)
}

func readRecords(file string) (*records, error) {
	packed, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer packed.Close()
	text, err := gzip.NewReader(packed)
	if err != nil {
		return nil, err
	}
	r := newRecords("")
	lines := bufio.NewScanner(text)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		action, line, _ := strings.Cut(lines.Text(), "\t")
		r.lines[action] = line
		r.order = append(r.order, action)
	}
	return r, lines.Err()
}

// compare tells of each action whether the same came of it as is recorded.
func (r *records) compare(recorded *records) (passed, failed int) {
	for _, action := range recorded.order {
		line, is := r.lines[action]
		switch {
		case !is:
			failed++
			fmt.Printf("FAIL %s: was not done\n", action)
		case line != recorded.lines[action]:
			failed++
			fmt.Printf("FAIL %s\n     recorded: %s\n     now:      %s\n", action, recorded.lines[action], line)
		default:
			passed++
			fmt.Printf("ok   %s\n", action)
		}
	}
	for _, action := range r.order {
		if _, is := recorded.lines[action]; !is {
			failed++
			fmt.Printf("FAIL %s: is not recorded\n", action)
		}
	}
	return passed, failed
}

// canonical removes what differs from run to run and writes the rest with sorted keys.
func canonical(object map[string]any) []byte {
	scrub(object)
	text, err := json.MarshalIndent(object, "", " ")
	if err != nil {
		panic(err)
	}
	return text
}

func scrub(value any) {
	switch value := value.(type) {
	case map[string]any:
		if metadata, is := value["metadata"].(map[string]any); is {
			for _, field := range []string{"uid", "resourceVersion", "creationTimestamp"} {
				delete(metadata, field)
			}
			if managers, is := metadata["managedFields"].([]any); is {
				for _, manager := range managers {
					if manager, is := manager.(map[string]any); is {
						delete(manager, "time")
						if manager["subresource"] == "status" && !strings.HasPrefix(fmt.Sprint(manager["manager"]), "manifests") {
							manager["manager"] = "the server" // by the name of its program
						}
					}
				}
			}
		}
		for _, child := range value {
			scrub(child)
		}
	case []any:
		for _, child := range value {
			scrub(child)
		}
	}
}

var spread = regexp.MustCompile(`, |\[|\]|\n`)

// Faults come in an order that changes from run to run, as kube-apiserver walks through maps: they are put in order.
func settled(message string) string {
	parts := spread.Split(message, -1)
	sort.Strings(parts)
	return strings.Join(parts, "|")
}

// failure is a Status as it is compared.
func failure(status map[string]any) []byte {
	var text strings.Builder
	message, _ := status["message"].(string)
	if made, path, is := strings.Cut(message, "failed to create typed patch object"); is && made == "" {
		// Which of several fields are told of changes from run to run.
		before, _, _ := strings.Cut(path, "): ")
		return []byte("failed to create typed patch object" + before + ")")
	}
	if strings.Contains(message, `patch: Invalid value: "{`) {
		return []byte("a patch makes no object that can be decoded") // shows the whole object, with its times
	}
	details, _ := status["details"].(map[string]any)
	causes, _ := details["causes"].([]any)
	if len(causes) <= 1 && !strings.ContainsRune(message, '\n') {
		text.WriteString(message)
	} else {
		text.WriteString(settled(message))
	}
	delete(details, "causes")
	rest, _ := json.Marshal(details)
	var each []string
	for _, cause := range causes {
		line, _ := json.Marshal(cause)
		each = append(each, string(line))
	}
	sort.Strings(each)
	if len(each) > 1 {
		text.WriteString("\n" + string(rest) + "\n" + strings.Join(each, "\n"))
	} else if len(each) == 1 {
		text.WriteString("\n" + string(rest) + "\n" + each[0])
	}
	return []byte(text.String())
}
