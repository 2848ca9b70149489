package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"strings"
	"time"

	"rheo.dev/bench/load/internal/kube"
)

// rulesOf makes the rules (CEL) of a definition by turns: of numbers, texts, lists, maps, regular expressions and
// quantities, and what may change.
func rulesOf(count int) string {
	kinds := []string{
		`self.least + %d <= self.most + %[1]d`,
		`self.ports.all(p, p.number > 0 && p.number < 65536 - %d)`,
		`self.ports.all(p, self.ports.exists_one(q, q.name == p.name)) || %d < 0`,
		`self.name.matches('^[a-z][a-z0-9-]{0,62}$') && size(self.name) < 100 + %d`,
		`self.labels.all(k, k.startsWith('app') || size(self.labels[k]) > %d - 100)`,
		`quantity(self.memory).isGreaterThan(quantity('%dKi'))`,
		`has(self.ports) ? self.ports.map(p, p.name).filter(n, n.contains('p')).size() >= 0 - %d : true`,
		`oldSelf.name == self.name || %d < 0`,
		`!(self.name in ['root', 'admin', 'x%d'])`,
		`self.ports.map(p, p.number).sum() > %d - 1000`,
	}
	rules := make([]string, count)
	for i := range rules {
		text, _ := json.Marshal(fmt.Sprintf(kinds[i%len(kinds)], i))
		rules[i] = fmt.Sprintf(`{"rule":%s,"message":"rule %d"}`, text, i)
	}
	return strings.Join(rules, ",")
}

func ruledDefinition(count int) string {
	return definition(blobGroup, "ruleds", "Ruled", `{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object",
"properties":{"spec":{"type":"object","required":["least","most","name","memory","labels","ports"],"x-kubernetes-validations":[`+rulesOf(count)+`],
"properties":{"least":{"type":"integer"},"most":{"type":"integer"},"name":{"type":"string","maxLength":100},"memory":{"type":"string","maxLength":20},
"labels":{"type":"object","maxProperties":20,"additionalProperties":{"type":"string","maxLength":50}},
"ports":{"type":"array","maxItems":20,"items":{"type":"object","required":["name","number"],
"properties":{"name":{"type":"string","maxLength":20},"number":{"type":"integer"}}}}}}}}}}`)
}

func ruledObject(name string, n int) string {
	ports, labels := make([]string, 10), make([]string, 10)
	for i := range ports {
		ports[i] = fmt.Sprintf(`{"name":"port-%d","number":%d}`, i, 8000+i)
		labels[i] = fmt.Sprintf(`"app-%d":"value-%d"`, i, n)
	}
	return fmt.Sprintf(`{"apiVersion":"%s/v1","kind":"Ruled","metadata":{"name":"%s"},"spec":{"least":%d,"most":%d,"name":"%[2]s","memory":"64Mi",`+
		`"labels":{%[5]s},"ports":[%[6]s]}}`, blobGroup, name, n, n+10, strings.Join(labels, ","), strings.Join(ports, ","))
}

// ruled writes custom resources that must fulfil many rules: creates, updates of the same, then creates that one rule refuses.
func ruled(f *flag.FlagSet, args []string) (any, error) {
	connect := kube.Flags(f)
	count := f.Int("count", 1000, "number of writes of each kind")
	rules := f.Int("rules", 50, "number of rules")
	workers := f.Int("writers", 4, "writers")
	_ = f.Parse(args)
	srv, err := connect()
	if err != nil {
		return nil, err
	}
	ctx, client := context.Background(), srv.Clients(true)
	const namespace = "load-ruled"
	if err := createNamespace(ctx, srv, client(0), namespace); err != nil {
		return nil, err
	}
	path := "/apis/" + blobGroup + "/v1/namespaces/" + namespace + "/ruleds"
	if err := defined(ctx, srv, client(0), ruledDefinition(*rules), path+"?limit=1"); err != nil {
		return nil, err
	}
	out := map[string]any{"rules": *rules, "writers": *workers}
	steps := []struct {
		name, method string
		want         int
		object       func(i int) (at, object string)
	}{
		{"create", "POST", 201, func(i int) (string, string) { return path, ruledObject(fmt.Sprintf("r%d", i), i) }},
		{"update", "PUT", 200, func(i int) (string, string) {
			name := fmt.Sprintf("r%d", i)
			return path + "/" + name, ruledObject(name, i+1)
		}},
		{"refused", "POST", 422, func(i int) (string, string) {
			return path, strings.Replace(ruledObject(fmt.Sprintf("s%d", i), i), `8003`, `0`, 1)
		}},
	}
	versions := make([]string, *count)
	for _, step := range steps {
		begin := time.Now()
		times, err := each(*count, *workers, func(w int) func(int) error {
			c := client(w)
			return func(i int) error {
				at, object := step.object(i)
				if step.method == "PUT" {
					object = strings.Replace(object, `"metadata":{`, `"metadata":{"resourceVersion":"`+versions[i]+`",`, 1)
				}
				answer, err := asked(ctx, srv, c, step.method, at, object, step.want)
				if step.name == "create" {
					versions[i] = valueAfter(answer, versionMark)
				}
				return err
			}
		})
		if err != nil {
			return nil, err
		}
		out[step.name+"_ms"] = times.Summary()
		out[step.name+"s_per_s"] = float64(*count) / time.Since(begin).Seconds()
	}
	return out, nil
}

func asked(ctx context.Context, srv *kube.Server, c *http.Client, method, path, object string, want int) ([]byte, error) {
	status, answer, err := srv.Call(ctx, c, method, path, object)
	if err == nil && status != want {
		err = fmt.Errorf("%s %s: %d %.600s", method, path, status, answer)
	}
	return answer, err
}
