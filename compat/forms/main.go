// Reads what dev.rheo.codec.FormsDump wrote with the decoders of Kubernetes itself, and compares every object,
// list and watch with its JSON. With -write FILE it writes, too, how upstream encodes the same objects in CBOR.
package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"

	admissionv1 "k8s.io/api/admission/v1"
	admissionv1beta1 "k8s.io/api/admission/v1beta1"
	apidiscoveryv2 "k8s.io/api/apidiscovery/v2"
	apidiscoveryv2beta1 "k8s.io/api/apidiscovery/v2beta1"
	corev1 "k8s.io/api/core/v1"
	imagepolicyv1alpha1 "k8s.io/api/imagepolicy/v1alpha1"
	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/install"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/runtime/serializer/cbor"
	kjson "k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/apimachinery/pkg/runtime/serializer/streaming"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes/scheme"
	restwatch "k8s.io/client-go/rest/watch"
	"sigs.k8s.io/yaml"
)

var passed, failed int

func check(name string, err error) {
	if err == nil {
		passed++
		return
	}
	failed++
	text := err.Error()
	if len(text) > 2000 {
		text = text[:2000] + "…"
	}
	fmt.Printf("FAIL %s: %s\n", name, text)
}

func read(path string) []byte {
	data, err := os.ReadFile(path)
	if err != nil {
		fmt.Fprintln(os.Stderr, "forms:", err)
		os.Exit(1)
	}
	return data
}

var codecs = scheme.Codecs

func main() {
	write := flag.String("write", "", "where to write upstream's CBOR: a line an object, its name and base64")
	vectors := flag.String("yaml", "", "where to write what upstream reads in YAML: a line a document, an array of it and its JSON")
	flag.Parse()
	if *vectors != "" {
		check("yaml", yamlVectors(*vectors))
	}
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: forms [-write FILE] FOLDER")
		os.Exit(2)
	}
	apiextensions.Install(scheme.Scheme)
	for _, add := range []func(*runtime.Scheme) error{
		admissionv1.AddToScheme, admissionv1beta1.AddToScheme, apidiscoveryv2.AddToScheme,
		apidiscoveryv2beta1.AddToScheme, imagepolicyv1alpha1.AddToScheme, metav1.AddMetaToScheme,
	} {
		check("scheme", add(scheme.Scheme))
	}
	codecs = serializer.NewCodecFactory(scheme.Scheme, serializer.WithSerializer(cbor.NewSerializerInfo))
	objects(filepath.Join(flag.Arg(0), "objects"), *write)
	lists(filepath.Join(flag.Arg(0), "streams"))
	watches(filepath.Join(flag.Arg(0), "streams"))
	check("watch.json.gz", gzipped(filepath.Join(flag.Arg(0), "streams")))
	fmt.Printf("%d passed, %d failed\n", passed, failed)
	if failed > 0 {
		os.Exit(1)
	}
}

func jsonSerializer() runtime.Serializer {
	return kjson.NewSerializerWithOptions(kjson.DefaultMetaFactory, scheme.Scheme, scheme.Scheme, kjson.SerializerOptions{Strict: true})
}

func yamlSerializer() runtime.Serializer {
	return kjson.NewSerializerWithOptions(kjson.DefaultMetaFactory, scheme.Scheme, scheme.Scheme, kjson.SerializerOptions{Yaml: true, Strict: true})
}

func same(decoder runtime.Decoder, data []byte, want runtime.Object) error {
	got, _, err := decoder.Decode(data, nil, nil)
	if err != nil {
		return err
	}
	if !equality.Semantic.DeepEqual(got, want) {
		return fmt.Errorf("differs: got %s, want %s", text(got), text(want))
	}
	return nil
}

func text(object runtime.Object) string {
	data, err := json.Marshal(object)
	if err != nil {
		return err.Error()
	}
	return string(data)
}

// sameTree compares what is read without a type: what the dynamic client does.
func sameTree(data []byte, wantJSON []byte) error {
	var got, want unstructured.Unstructured
	if _, _, err := cbor.NewSerializer(scheme.Scheme, scheme.Scheme).Decode(data, nil, &got); err != nil {
		return err
	}
	if err := want.UnmarshalJSON(wantJSON); err != nil {
		return err
	}
	if !equality.Semantic.DeepEqual(got.Object, want.Object) {
		return fmt.Errorf("differs: got %s, want %s", text(&got), text(&want))
	}
	return nil
}

func sameYAML(data []byte, wantJSON []byte) error {
	converted, err := yaml.YAMLToJSONStrict(data)
	if err != nil {
		return err
	}
	var got, want any
	if err := json.Unmarshal(converted, &got); err != nil {
		return err
	}
	if err := json.Unmarshal(wantJSON, &want); err != nil {
		return err
	}
	if !equality.Semantic.DeepEqual(got, want) {
		return fmt.Errorf("differs: got %s", converted)
	}
	return nil
}

func objects(folder, write string) {
	files, _ := filepath.Glob(filepath.Join(folder, "*.json"))
	sort.Strings(files)
	var lines []string
	strict := cbor.NewSerializer(scheme.Scheme, scheme.Scheme, cbor.Strict(true))
	for _, file := range files {
		base := strings.TrimSuffix(file, ".json")
		name := filepath.Base(base)
		wantJSON := read(file)
		want, gvk, err := jsonSerializer().Decode(wantJSON, nil, nil)
		if err != nil {
			check(name+".json", err)
			continue
		}
		want.GetObjectKind().SetGroupVersionKind(*gvk)
		check(name+".cbor", same(strict, read(base+".cbor"), want))
		check(name+".cbor, no type", sameTree(read(base+".cbor"), wantJSON))
		check(name+".untyped.cbor", same(strict, read(base+".untyped.cbor"), want))
		check(name+".untyped.cbor, no type", sameTree(read(base+".untyped.cbor"), wantJSON))
		check(name+".yaml", same(yamlSerializer(), read(base+".yaml"), want))
		check(name+".yaml, no type", sameYAML(read(base+".yaml"), wantJSON))
		pb, _, err := protobuf.NewSerializer(scheme.Scheme, scheme.Scheme).Decode(read(base+".pb"), nil, nil)
		if err == nil {
			pb.GetObjectKind().SetGroupVersionKind(*gvk)
			if !equality.Semantic.DeepEqual(pb, want) {
				err = fmt.Errorf("differs: got %s, want %s", text(pb), text(want))
			}
		}
		check(name+".pb", err)
		var encoded bytes.Buffer
		check(name+" to CBOR", cbor.NewSerializer(scheme.Scheme, scheme.Scheme).Encode(want, &encoded))
		lines = append(lines, name+" "+base64.StdEncoding.EncodeToString(encoded.Bytes()))
	}
	if write != "" {
		check("write", os.WriteFile(write, []byte(strings.Join(lines, "\n")+"\n"), 0o644))
	}
}

func lists(folder string) {
	wantJSON := read(filepath.Join(folder, "list.json"))
	want, _, err := jsonSerializer().Decode(wantJSON, nil, nil)
	check("list.json", err)
	data := read(filepath.Join(folder, "list.cbor"))
	check("list.cbor", same(cbor.NewSerializer(scheme.Scheme, scheme.Scheme, cbor.Strict(true)), data, want))
	check("list.yaml", same(yamlSerializer(), read(filepath.Join(folder, "list.yaml")), want))
	check("list.yaml, no type", sameYAML(read(filepath.Join(folder, "list.yaml")), wantJSON))
	list, gvk, err := protobuf.NewSerializer(scheme.Scheme, scheme.Scheme).Decode(read(filepath.Join(folder, "list.pb")), nil, nil)
	if err == nil {
		list.GetObjectKind().SetGroupVersionKind(*gvk)
		if !equality.Semantic.DeepEqual(list, want) {
			err = fmt.Errorf("differs: got %s", text(list))
		}
	}
	check("list.pb", err)
	check("partial.pb", partial(read(filepath.Join(folder, "partial.pb")), want.(*corev1.ConfigMapList)))
	empty, _, err := yamlSerializer().Decode(read(filepath.Join(folder, "empty.yaml")), nil, nil)
	if err == nil {
		meta := empty.(metav1.ListInterface)
		if meta.GetResourceVersion() != "9" || meta.GetContinue() != "abc" || *meta.GetRemainingItemCount() != 3 {
			err = fmt.Errorf("differs: got %s", text(empty))
		}
	}
	check("empty.yaml", err)
}

// partial compares a list of metadata with that of the whole objects.
func partial(data []byte, want *corev1.ConfigMapList) error {
	decoded, _, err := protobuf.NewSerializer(scheme.Scheme, scheme.Scheme).Decode(data, nil, nil)
	if err != nil {
		return err
	}
	list := decoded.(*metav1.PartialObjectMetadataList)
	if len(list.Items) != len(want.Items) || list.ResourceVersion != want.ResourceVersion {
		return fmt.Errorf("differs: got %s", text(list))
	}
	for i := range list.Items {
		if !equality.Semantic.DeepEqual(list.Items[i].ObjectMeta, want.Items[i].ObjectMeta) {
			return fmt.Errorf("differs: got %s", text(&list.Items[i]))
		}
	}
	return nil
}

func events(folder, file, mediaType string) ([]watch.Event, error) {
	var info runtime.SerializerInfo
	for _, known := range codecs.SupportedMediaTypes() {
		if known.MediaType == mediaType {
			info = known
		}
	}
	in := io.NopCloser(bytes.NewReader(read(filepath.Join(folder, file))))
	stream := streaming.NewDecoder(info.StreamSerializer.Framer.NewFrameReader(in), info.StreamSerializer.Serializer)
	decoder := restwatch.NewDecoder(stream, codecs.DecoderToVersion(info.Serializer, schema.GroupVersion{Version: "v1"}))
	var all []watch.Event
	for {
		action, object, err := decoder.Decode()
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		object.GetObjectKind().SetGroupVersionKind(schema.GroupVersionKind{Version: "v1", Kind: "ConfigMap"})
		all = append(all, watch.Event{Type: action, Object: object})
	}
}

func watches(folder string) {
	want, err := events(folder, "watch.json", runtime.ContentTypeJSON)
	check("watch.json", err)
	for file, mediaType := range map[string]string{"watch.cbor": runtime.ContentTypeCBOR, "watch.pb": runtime.ContentTypeProtobuf} {
		got, err := events(folder, file, mediaType)
		if err == nil && len(want) == 0 {
			err = fmt.Errorf("no events")
		}
		if err == nil && !equality.Semantic.DeepEqual(got, want) {
			err = fmt.Errorf("differs after %d of %d events", len(got), len(want))
		}
		check(file, err)
	}
}

// gzipped reads the watch as it arrives: when so many compressed bytes are there, so many plain ones must be.
func gzipped(folder string) error {
	plain := read(filepath.Join(folder, "watch.json"))
	compressed := read(filepath.Join(folder, "watch.json.gz"))
	in, out := io.Pipe()
	defer in.Close()
	parts := bufio.NewScanner(bytes.NewReader(read(filepath.Join(folder, "watch.parts"))))
	go func() { out.Write(compressed[:10]) }()
	reader, err := gzip.NewReader(in)
	if err != nil {
		return err
	}
	sent, got := 10, 0
	for parts.Scan() {
		var toSend, toGet int
		fmt.Sscan(parts.Text(), &toSend, &toGet)
		go func(part []byte) { out.Write(part) }(compressed[sent:toSend])
		event := make([]byte, toGet-got)
		if _, err := io.ReadFull(reader, event); err != nil {
			return err
		}
		if !bytes.Equal(event, plain[got:toGet]) {
			return fmt.Errorf("differs at %d", got)
		}
		sent, got = toSend, toGet
	}
	go func() { out.Write(compressed[sent:]); out.Close() }()
	rest, err := io.ReadAll(reader)
	if err != nil || len(rest) > 0 || got != len(plain) {
		return fmt.Errorf("at the end: %v, %d bytes left over, %d of %d read", err, len(rest), got, len(plain))
	}
	return nil
}
