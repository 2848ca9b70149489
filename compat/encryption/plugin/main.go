// plugin --socket FILE --key-id FILE: a KMS v2 plugin for tests, on k8s.io/kms.
//
// The file --key-id holds the id of the present key, and is read at each call, so that writing it rotates the key. Keys follow from
// their ids: whoever knows the id can decrypt, which is all that a test needs. While the file is empty, the plugin says that it is ill.
package main

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"flag"
	"log"
	"os"
	"time"

	"k8s.io/kms/pkg/service"
)

type plugin struct{ keyIDFile string }

// The note that goes with each encrypted key, and must come back with it.
const note = "made-by.rheo.dev"

func (p plugin) keyID() (string, error) {
	id, err := os.ReadFile(p.keyIDFile)
	if err != nil {
		return "", err
	}
	if id = bytes.TrimSpace(id); len(id) == 0 {
		return "", errors.New("there is no key")
	}
	return string(id), nil
}

func aead(keyID string) (cipher.AEAD, error) {
	key := sha256.Sum256([]byte(keyID))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func (p plugin) Status(context.Context) (*service.StatusResponse, error) {
	id, err := p.keyID()
	if err != nil {
		return &service.StatusResponse{Version: "v2", Healthz: err.Error(), KeyID: "none"}, nil
	}
	return &service.StatusResponse{Version: "v2", Healthz: "ok", KeyID: id}, nil
}

func (p plugin) Encrypt(_ context.Context, _ string, data []byte) (*service.EncryptResponse, error) {
	id, err := p.keyID()
	if err != nil {
		return nil, err
	}
	c, err := aead(id)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, c.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	return &service.EncryptResponse{
		Ciphertext:  c.Seal(nonce, nonce, data, nil),
		KeyID:       id,
		Annotations: map[string][]byte{note: []byte(id)},
	}, nil
}

func (p plugin) Decrypt(_ context.Context, _ string, req *service.DecryptRequest) ([]byte, error) {
	if string(req.Annotations[note]) != req.KeyID {
		return nil, errors.New("the annotation did not come back")
	}
	c, err := aead(req.KeyID)
	if err != nil {
		return nil, err
	}
	if len(req.Ciphertext) < c.NonceSize() {
		return nil, errors.New("too short")
	}
	return c.Open(nil, req.Ciphertext[:c.NonceSize()], req.Ciphertext[c.NonceSize():], nil)
}

func main() {
	socket := flag.String("socket", "", "where to listen")
	keyID := flag.String("key-id", "", "file that holds the id of the present key")
	flag.Parse()
	if err := service.NewGRPCService(*socket, 5*time.Second, plugin{*keyID}).ListenAndServe(); err != nil {
		log.Fatal(err)
	}
}
