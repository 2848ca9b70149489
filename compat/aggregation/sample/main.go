// sample: k8s.io/sample-apiserver, an extension API server that keeps its objects in an etcd of its own.
package main

import (
	"os"

	apiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/component-base/cli"
	"k8s.io/sample-apiserver/pkg/cmd/server"
)

func main() {
	options := server.NewWardleServerOptions(os.Stdout, os.Stderr)
	os.Exit(cli.Run(server.NewCommandStartWardleServer(apiserver.SetupSignalContext(), options, false)))
}
