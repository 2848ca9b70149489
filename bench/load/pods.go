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

var podTemplate = func() string {
	var b bytes.Buffer
	if err := json.Compact(&b, podJSON); err != nil {
		panic(err)
	}
	return b.String()
}()

const podsOfReplicaSet = 100

func (s *set) pod(i int) string {
	own := rand.New(rand.NewPCG(s.Seed, uint64(i)))
	shared := rand.New(rand.NewPCG(s.Seed+1, uint64(i/podsOfReplicaSet)))
	hex := func(r *rand.Rand) string {
		return fmt.Sprintf("%016x%016x%016x%016x", r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64())
	}
	owner := hex(shared)
	node := own.IntN(1000)
	return strings.NewReplacer(
		"$NAMESPACE", s.namespace(i), "$NAME", s.name(i),
		"$TEMPLATEHEX", hex(shared), "$TEMPLATE", hex(shared)[:10],
		"$OWNER", owner[:8]+"-"+owner[8:12]+"-4"+owner[13:16]+"-a"+owner[17:20]+"-"+owner[20:32],
		"$TOKEN", hex(own)[:5], "$NODE", fmt.Sprintf("%04d", node), "$IP", fmt.Sprintf("%d.%d", node%256, own.IntN(256)),
		"$HEX1", hex(own), "$HEX2", hex(own),
	).Replace(podTemplate)
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
	if err == nil && status != 200 {
		err = fmt.Errorf("status of %s: %d %.200s", s.name(i), status, answer)
	}
	s.CRC[i] = crc32.Checksum(bytes.TrimSpace(answer), castagnoli)
	return err
}
