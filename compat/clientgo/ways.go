package main

import (
	"context"
	"fmt"
	"math/bits"
	"net/http"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/sharding"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	clientfeatures "k8s.io/client-go/features"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/rest"
)

const (
	asJSON     = "application/json"
	asProtobuf = "application/vnd.kubernetes.protobuf"
	asCBOR     = "application/cbor"
)

// way is one way to follow a resource.
type way struct {
	name      string
	resource  schema.GroupVersionResource
	namespace string // empty: all
	selector  string
	form      string // the content type that the answers must have
	plain     bool   // compression is not asked for
	shard     sharding.Selector
}

// shardOf is one of the shards into which the hashes of uids are split.
func shardOf(index, total int) sharding.Selector {
	bound := func(i int) string {
		if i == total {
			return "0x10000000000000000"
		}
		bound, _ := bits.Div64(uint64(i), 0, uint64(total))
		return fmt.Sprintf("0x%016x", bound)
	}
	return sharding.NewSelector(sharding.ShardRangeRequirement{
		Key: "object.metadata.uid", Start: bound(index), End: bound(index + 1),
	})
}

// start starts a follower for each way.
func start(ctx context.Context, config *rest.Config, watchList bool) []*book {
	// The dynamic client's own choice.
	untyped := asJSON
	if clientfeatures.FeatureGates().Enabled(clientfeatures.ClientsPreferCBOR) {
		untyped = asCBOR
	}
	var books []*book
	add := func(w way, follow func(b *book, c *rest.Config)) {
		b := newBook(w)
		b.name = fmt.Sprintf("%s %s, %s", w.name, w.resource.Resource, strings.TrimPrefix(w.form, "application/"))
		if !w.shard.Empty() {
			b.name += ", " + w.shard.String()
		}
		if w.plain {
			b.name += ", uncompressed"
		}
		c := rest.CopyConfig(config)
		c.DisableCompression = w.plain
		c.Wrap(b.seen.wrap)
		follow(b, c)
		books = append(books, b)
	}
	selected := func(b *book) func(*metav1.ListOptions) {
		return func(o *metav1.ListOptions) { o.LabelSelector, o.ShardSelector = b.selector, b.shard.String() }
	}
	typed := func(b *book, c *rest.Config) {
		if b.form == asJSON {
			c.ContentType = asJSON // else it is the client's own choice, and that is protobuf
		}
		factory := informers.NewSharedInformerFactoryWithOptions(kubernetes.NewForConfigOrDie(c), 0, informers.WithNamespace(b.namespace), informers.WithTweakListOptions(selected(b)))
		informer, err := factory.ForResource(b.resource)
		if err != nil {
			panic(err)
		}
		b.follow(informer.Informer())
		factory.Start(ctx.Done())
	}
	dynamically := func(b *book, c *rest.Config) {
		factory := dynamicinformer.NewFilteredDynamicSharedInformerFactory(dynamic.NewForConfigOrDie(c), 0, b.namespace, selected(b))
		b.follow(factory.ForResource(b.resource).Informer())
		factory.Start(ctx.Done())
	}
	metadataOnly := func(b *book, c *rest.Config) {
		if b.form == asJSON {
			c.Wrap(withoutProtobuf)
		}
		factory := metadatainformer.NewFilteredSharedInformerFactory(metadata.NewForConfigOrDie(c), 0, b.namespace, selected(b))
		b.follow(factory.ForResource(b.resource).Informer())
		factory.Start(ctx.Done())
	}
	tabular := func(b *book, c *rest.Config) { followTable(ctx, b, c, watchList) }

	all := sharding.Everything()
	add(way{"typed", configMaps, namespaceOf, "", asProtobuf, false, all}, typed)
	add(way{"typed", secrets, namespaceOf, "", asProtobuf, true, all}, typed)
	add(way{"typed, all namespaces:", secrets, "", "", asJSON, false, all}, typed)
	add(way{"typed", configMaps, namespaceOf, "", asJSON, true, all}, typed)
	add(way{"dynamic, label selector:", configMaps, namespaceOf, "even=true", untyped, false, all}, dynamically)
	add(way{"dynamic, all namespaces:", secrets, "", "", untyped, true, all}, dynamically)
	add(way{"metadata,", configMaps, namespaceOf, "", asProtobuf, false, all}, metadataOnly)
	add(way{"metadata, label selector:", secrets, namespaceOf, "even=true", asProtobuf, true, all}, metadataOnly)
	add(way{"metadata,", secrets, namespaceOf, "", asJSON, false, all}, metadataOnly)
	add(way{"table,", configMaps, namespaceOf, "", asJSON, false, all}, tabular)
	add(way{"table, label selector:", secrets, namespaceOf, "even=true", asJSON, true, all}, tabular)
	add(way{"typed", configMaps, namespaceOf, "", asProtobuf, false, shardOf(0, 2)}, typed)
	add(way{"typed", configMaps, namespaceOf, "", asProtobuf, true, shardOf(1, 2)}, typed)
	add(way{"dynamic,", secrets, "", "", untyped, false, shardOf(1, 3)}, dynamically)
	add(way{"metadata, label selector:", secrets, namespaceOf, "even=true", asProtobuf, true, shardOf(2, 3)}, metadataOnly)
	return books
}

// withoutProtobuf leaves JSON alone of what the metadata client accepts, which has no option for it.
func withoutProtobuf(next http.RoundTripper) http.RoundTripper {
	return tripper(func(r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		var left []string
		for _, accepted := range strings.Split(r.Header.Get("Accept"), ",") {
			if !strings.HasPrefix(accepted, asProtobuf) {
				left = append(left, accepted)
			}
		}
		r.Header.Set("Accept", strings.Join(left, ","))
		return next.RoundTrip(r)
	})
}

// expectForm checks that the answers were what was asked for, and no other that client-go understands as well.
func (b *book) expectForm(watchList bool) {
	form := b.form
	if form == asCBOR {
		form = asCBOR + "-seq" // a sequence of CBOR objects: a watch
	}
	if !b.plain && !*upstream {
		form += " gzip"
	}
	want := form
	if !watchList && b.form != form { // the list before the watch; small, and therefore not compressed
		want = strings.Join([]string{b.form, form}, " ")
	}
	got := strings.Join(b.seen.answered(), " ")
	check(got == want, "%s: answered with %s, wanted %s", b.name, got, want)
}
