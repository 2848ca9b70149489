// Command clientgo holds a server to what client-go's informers need: typed and dynamic shared informers follow churn
// through restarts of the server, and in the end hold exactly what the server holds, without a missed or doubled event.
//
// Whether informers use watch lists is client-go's own switch, set before the start:
// KUBE_FEATURE_WatchListClient=true|false.
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
	"k8s.io/client-go/dynamic/dynamicinformer"
	clientfeatures "k8s.io/client-go/features"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
)

var (
	kubeconfig  = flag.String("kubeconfig", os.Getenv("KUBECONFIG"), "kubeconfig of the server")
	content     = flag.String("content-type", "", "content type of the typed clients; empty: client-go's own choice, protobuf first")
	restarts    = flag.String("restarts", "", "shell commands, separated by ';;', each of which restarts the server and returns when it is ready")
	churnFor    = flag.Duration("churn", 3*time.Second, "churn before, between and after the restarts")
	mayRelist   = flag.Bool("may-relist", false, "informers may list again after a restart (kube-apiserver forgets its history)")
	workers     = flag.Int("workers", 6, "churning writers")
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
	config.ContentType = *content
	writer := kubernetes.NewForConfigOrDie(rest.CopyConfig(config))
	seen := newRequests()
	watched := rest.CopyConfig(config)
	watched.Wrap(seen.wrap)
	typed := kubernetes.NewForConfigOrDie(watched)
	untyped := dynamic.NewForConfigOrDie(watched)
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

	typedFactory := informers.NewSharedInformerFactoryWithOptions(typed, 0, informers.WithNamespace(namespaceOf))
	dynamicFactory := dynamicinformer.NewFilteredDynamicSharedInformerFactory(untyped, 0, namespaceOf,
		func(o *metav1.ListOptions) { o.LabelSelector = "even=true" })
	wide := dynamicinformer.NewDynamicSharedInformerFactory(untyped, 0)
	books := []*book{
		newBook("typed configmaps", typedFactory.Core().V1().ConfigMaps().Informer()),
		newBook("typed secrets", typedFactory.Core().V1().Secrets().Informer()),
		newBook("dynamic configmaps, label selector", dynamicFactory.ForResource(configMaps).Informer()),
		newBook("dynamic secrets, cluster-wide", wide.ForResource(secrets).Informer()),
	}
	begin := time.Now()
	typedFactory.Start(ctx.Done())
	dynamicFactory.Start(ctx.Done())
	wide.Start(ctx.Done())
	for _, b := range books {
		wait, stop := context.WithTimeout(ctx, 20*time.Second)
		check(cache.WaitForCacheSync(wait.Done(), b.informer.HasSynced), "%s: synced", b.name)
		stop()
	}
	fmt.Printf("     all synced after %.0f ms\n", time.Since(begin).Seconds()*1e3)
	lists, watches, initial := seen.counts()
	if watchList {
		check(lists == 0 && initial == len(books), "watch lists are used: %d lists, %d watch lists", lists, initial)
	} else {
		check(lists >= len(books) && initial == 0, "lists are used: %d lists, %d watch lists", lists, initial)
	}

	steps := []string{}
	for _, s := range strings.Split(*restarts, ";;") {
		if s = strings.TrimSpace(s); s != "" {
			steps = append(steps, s)
		}
	}
	churn.run(ctx, *workers, *churnFor)
	settle(ctx, judge, books, "after churn")
	for _, b := range books[:2] {
		b.expectExactly(churn, "after churn")
	}
	for i, command := range steps {
		stop := churn.start(ctx, *workers)
		time.Sleep(*churnFor / 2)
		fmt.Printf("     restart %d: %s\n", i+1, command)
		out, err := exec.Command("sh", "-c", command).CombinedOutput()
		if err != nil {
			stop()
			return fmt.Errorf("restart %q: %v: %s", command, err, out)
		}
		time.Sleep(*churnFor)
		stop()
		settle(ctx, judge, books, fmt.Sprintf("after restart %d", i+1))
		churn.expectAcknowledged(ctx, fmt.Sprintf("after restart %d", i+1))
		for _, b := range books[:2] {
			b.expectExactly(churn, fmt.Sprintf("after restart %d", i+1))
		}
	}
	newLists, newWatches, newInitial := seen.counts()
	fmt.Printf("     %d writes; requests of the informers: %d lists, %d watch lists, %d watches; answers %v\n",
		churn.writes.Load(), newLists, newInitial, newWatches, seen.statuses())
	if len(steps) > 0 && !*mayRelist {
		check(newLists == lists && newInitial == initial, "no informer listed again: %d lists, %d watch lists more",
			newLists-lists, newInitial-initial)
		check(newWatches > watches, "the watches were resumed: %d more", newWatches-watches)
	}
	for _, b := range books {
		b.verdict()
	}
	return nil
}
