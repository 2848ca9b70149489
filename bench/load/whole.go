package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"net/http"
	"strings"

	"rheo.dev/bench/load/internal/kube"
)

// pod.json is a pod of some 11 KB as kube-apiserver holds it: two containers, probes, volumes, conditions, and the
// managedFields that kube-apiserver itself makes of it. Each pod differs in names, addresses, token and container ids; a
// hundred pods belong to one ReplicaSet.
//
//go:embed pod.json
var podJSON []byte

// node.json is a node of some 8 KB with its images, as a kubelet registers it.
//
//go:embed node.json
var nodeJSON []byte

const leaseJSON = `{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"$NAME","ownerReferences":[` +
	`{"apiVersion":"v1","kind":"Node","name":"$NAME","uid":"$UID"}]},"spec":{"holderIdentity":"$NAME","leaseDurationSeconds":40,` +
	`"renewTime":"2026-11-01T10:00:00.000000Z"}}`

var podTemplate, nodeTemplate = compact(podJSON), compact(nodeJSON)

func compact(text []byte) string {
	var b bytes.Buffer
	if err := json.Compact(&b, text); err != nil {
		panic(err)
	}
	return b.String()
}

const (
	podsOfReplicaSet = 100
	imagesOfNode     = 25
)

// own is the source of what differs between objects.
func (s *set) own(i int) *rand.Rand { return rand.New(rand.NewPCG(s.Seed, uint64(i))) }

// node is the number of the node on which pod i runs.
func (s *set) node(i int) int { return s.own(i).IntN(s.Nodes) }

// nodeName is the name of a node in a set of nodes whose prefix is "node", too.
func nodeName(number int) string { return fmt.Sprintf("node-%07d", number) }

func hex(r *rand.Rand) string {
	return fmt.Sprintf("%016x%016x%016x%016x", r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64())
}

func uid(r *rand.Rand) string {
	h := hex(r)
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:32]
}

func (s *set) pod(i int) string {
	own := s.own(i)
	shared := rand.New(rand.NewPCG(s.Seed+1, uint64(i/podsOfReplicaSet)))
	owner := uid(shared)
	node := own.IntN(s.Nodes)
	return strings.NewReplacer(
		"$NAMESPACE", s.namespace(i), "$NAME", s.name(i),
		"$TEMPLATEHEX", hex(shared), "$TEMPLATE", hex(shared)[:10],
		"$OWNER", owner,
		"$TOKEN", hex(own)[:5], "$NODE", nodeName(node), "$IP", fmt.Sprintf("%d.%d", node%256, own.IntN(256)),
		"$HEX1", hex(own), "$HEX2", hex(own),
	).Replace(podTemplate)
}

func (s *set) nodeObject(i int) string {
	own := s.own(i)
	var images []string
	for range imagesOfNode {
		name := fmt.Sprintf("registry.example.com/shop/service-%02d", own.IntN(60))
		images = append(images, fmt.Sprintf(`{"names":["%s@sha256:%s","%s:v2.%d.%d"],"sizeBytes":%d}`,
			name, hex(own), name, own.IntN(60), own.IntN(20), 10_000_000+own.IntN(400_000_000)))
	}
	return strings.NewReplacer("$NAME", s.name(i), "$IP", fmt.Sprintf("10.%d.%d.%d", i>>16&255, i>>8&255, i&255),
		"$CIDR", fmt.Sprintf("100.%d.%d.0/24", 64+i>>8&63, i&255), "$ZONE", string(rune('a'+own.IntN(3))), "$UID", uid(own),
		`"$IMAGES"`, strings.Join(images, ",")).Replace(nodeTemplate)
}

func (s *set) lease(i int) string {
	return strings.NewReplacer("$NAME", s.name(i), "$UID", uid(s.own(i))).Replace(leaseJSON)
}

// createPod creates a pod as a controller does and reports its status as a kubelet does; what the server answers is what
// readers must get.
func (s *set) createPod(ctx context.Context, srv *kube.Server, c *http.Client, i int) error {
	body, path := s.pod(i), s.collection(i%s.Namespaces)
	status, answer, err := srv.As("kube-controller-manager/v1.36.3").Call(ctx, c, "POST", path, body)
	if err == nil && status != 201 && status != 409 {
		err = fmt.Errorf("create %s: %d %.200s", s.name(i), status, answer)
	}
	if err != nil {
		return err
	}
	status, answer, err = srv.As("kubelet/v1.36.3").Call(ctx, c, "PUT", path+"/"+s.name(i)+"/status", body)
	return s.answered(i, "status of", status, 200, answer, err)
}

// createAsKubelet creates a node or a lease.
func (s *set) createAsKubelet(ctx context.Context, srv *kube.Server, c *http.Client, i int) error {
	body := s.lease
	if s.Kind == "nodes" {
		body = s.nodeObject
	}
	status, answer, err := srv.As("kubelet/v1.36.3").Call(ctx, c, "POST", s.collection(i%s.Namespaces), body(i))
	return s.answered(i, "create", status, 201, answer, err)
}

// answered remembers what the server made of object i.
func (s *set) answered(i int, what string, status, want int, answer []byte, err error) error {
	if err == nil && status != want {
		err = fmt.Errorf("%s %s: %d %.200s", what, s.name(i), status, answer)
	}
	s.CRC[i] = crc32.Checksum(bytes.TrimSpace(answer), castagnoli)
	return err
}
