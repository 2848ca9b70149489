// extension: an extension API server for the tests of aggregation. It keeps no objects. It serves
//
//	ext.example.com/v1      things (two of them, and a watch), and do/WHAT: an answer of every kind, good and bad (answers.go)
//	metrics.k8s.io/v1beta1  usage of the nodes and pods that NODES and PODS name, for kubectl top (metrics.go)
//
// It prints "listening on PORT" and, with --ca, writes the certificate by which it is verified.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"flag"
	"fmt"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"time"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address")
	names := flag.String("name", "extension.{ns}.svc", "the name in the certificate")
	ca := flag.String("ca", "", "the file that gets the certificate")
	http2 := flag.Bool("http2", true, "speak HTTP/2, too")
	flag.Parse()

	certificate, encoded := selfSigned(*names)
	if *ca != "" {
		if err := os.WriteFile(*ca, encoded, 0o600); err != nil {
			log.Fatal(err)
		}
	}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	serveThings(mux)
	serveAnswers(mux)
	serveMetrics(mux)
	config := &tls.Config{Certificates: []tls.Certificate{certificate}, ClientAuth: tls.RequestClientCert}
	server := &http.Server{Handler: mux, TLSConfig: config, ErrorLog: log.New(os.Stderr, "", 0)}
	if !*http2 {
		server.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){}
	}
	fmt.Printf("listening on %d\n", listener.Addr().(*net.TCPAddr).Port)
	log.Fatal(server.ServeTLS(listener, "", ""))
}

// selfSigned makes a certificate for one name, which is its own authority.
func selfSigned(name string) (tls.Certificate, []byte) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "extension"}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		log.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}
