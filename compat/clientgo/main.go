// Command clientgo holds a server to what client-go's informers need: typed, dynamic and metadata informers, and a
// follower of tables, in each form that a server can answer in, compressed or not, follow churn through restarts of the
// server, and in the end hold exactly what the server holds, without a missed or doubled event.
//
// What is client-go's own switch is set before the start: KUBE_FEATURE_WatchListClient=true|false, and
// KUBE_FEATURE_ClientsAllowCBOR=true with KUBE_FEATURE_ClientsPreferCBOR=true for CBOR in the dynamic client.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	clientfeatures "k8s.io/client-go/features"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
)

var (
	kubeconfig  = flag.String("kubeconfig", os.Getenv("KUBECONFIG"), "kubeconfig of the server")
	restarts    = flag.String("restarts", "", "shell commands, separated by ';;', each of which restarts the server and returns when it is ready")
	churnFor    = flag.Duration("churn", 3*time.Second, "churn before, between and after the restarts")
	upstream    = flag.Bool("upstream", false, "the server is kube-apiserver, which forgets its history when it is restarted and compresses no watch")
	servers     = flag.Int("servers", 1, "how many servers take turns: a restart of another one does not end a watch")
	workers     = flag.Int("workers", 6, "churning writers")
	copies      = flag.Int("copies", 1, "how often each informer is started")
	lasting     = flag.Duration("lasting", 0, "how long the restarts are repeated in turn")
	etcd        = flag.String("etcd", "", "address of the etcd that the servers share: in the end its content is compared, too")
	failures    int
	passed      int
	configMaps  = schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
	secrets     = schema.GroupVersionResource{Version: "v1", Resource: "secrets"}
	namespaceOf = fmt.Sprintf("clientgo-%d", time.Now().UnixNano()%1e9)
)

func check(ok bool, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if ok {
		passed++
		fmt.Println("ok   " + text)
	} else {
		failures++
		fmt.Println("FAIL " + text)
	}
}

func main() {
	klog.InitFlags(nil)
	_ = flag.Set("logtostderr", "true")
	_ = flag.Set("stderrthreshold", "FATAL")
	flag.Parse()
	if err := run(); err != nil {
		check(false, "%v", err)
	}
	fmt.Printf("%d passed, %d failed\n", passed, failures)
	if failures > 0 {
		os.Exit(1)
	}
}

func run() error {
	watchList := clientfeatures.FeatureGates().Enabled(clientfeatures.WatchListClient)
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		return err
	}
	config.QPS, config.Burst = 5000, 5000
	writer := kubernetes.NewForConfigOrDie(rest.CopyConfig(config))
	judge := dynamic.NewForConfigOrDie(rest.CopyConfig(config)) // its lists are not the informers'

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if _, err := writer.CoreV1().Namespaces().Create(ctx, namespace(namespaceOf), metav1.CreateOptions{}); err != nil {
		return err
	}
	defer func() {
		_ = writer.CoreV1().Namespaces().Delete(context.Background(), namespaceOf, metav1.DeleteOptions{})
	}()
	churn := newChurn(writer, namespaceOf)
	for i := range 40 { // the informers shall find something when they start
		churn.create(ctx, i%*workers)
	}

	begin := time.Now()
	var books []*book
	for range *copies {
		books = append(books, start(ctx, config, watchList)...)
	}
	for _, b := range books {
		wait, stop := context.WithTimeout(ctx, 20*time.Second)
		check(cache.WaitForCacheSync(wait.Done(), b.follower.HasSynced), "%s: synced", b.name)
		stop()
	}
	fmt.Printf("     all synced after %.0f ms\n", time.Since(begin).Seconds()*1e3)
	for _, b := range books {
		lists, _, initial := b.seen.counts()
		b.begun = lists + initial
		if watchList {
			check(lists == 0 && initial == 1, "%s: by a watch list: %d lists, %d watch lists", b.name, lists, initial)
		} else {
			check(lists >= 1 && initial == 0, "%s: by a list: %d lists, %d watch lists", b.name, lists, initial)
		}
	}

	steps := []string{}
	for _, s := range strings.Split(*restarts, ";;") {
		if s = strings.TrimSpace(s); s != "" {
			steps = append(steps, s)
		}
	}
	churn.run(ctx, *workers, *churnFor)
	settle(ctx, judge, books, "after churn")
	for _, b := range books {
		b.expectExactly(churn, "after churn")
	}
	restarted := 0
	for ; restarted < len(steps) || len(steps) > 0 && time.Since(begin) < *lasting; restarted++ {
		command, when := steps[restarted%len(steps)], fmt.Sprintf("after restart %d", restarted+1)
		stop := churn.start(ctx, *workers)
		time.Sleep(*churnFor / 2)
		fmt.Printf("     restart %d: %s\n", restarted+1, command)
		out, err := exec.Command("sh", "-c", command).CombinedOutput()
		if err != nil {
			stop()
			return fmt.Errorf("restart %q: %v: %s", command, err, out)
		}
		time.Sleep(*churnFor)
		stop()
		settle(ctx, judge, books, when)
		churn.expectAcknowledged(ctx, when)
		for _, b := range books {
			b.expectExactly(churn, when)
		}
	}
	if *etcd != "" {
		expectStored(ctx, judge)
	}
	fmt.Printf("     %d writes\n", churn.writes.Load())
	listedAgain := 0
	for _, b := range books {
		_, watches, _ := b.seen.counts()
		again, torn := b.seen.again(b.begun)
		if again > 0 {
			listedAgain++
		}
		if restarted > 0 && !*upstream {
			check(again <= torn && watches+again > restarted-*servers,
				"%s: resumed: %d watches; listed again %d times, for %d connections that broke within a request", b.name, watches, again, torn)
		}
		b.expectForm(watchList)
		b.verdict()
	}
	if listedAgain > 0 {
		fmt.Printf("     %d of %d informers listed again, because Go's HTTP/2 broke their streams when a server was killed\n", listedAgain, len(books))
	}
	return nil
}
