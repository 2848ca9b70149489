/**
 * Kubernetes' protobuf, driven by the type table, without descriptors or generated classes. The
 * wire format is that of <a href="https://protobuf.dev/programming-guides/encoding/">protobuf</a>,
 * the envelope and the special messages those of k8s.io/apimachinery.
 */
@NullMarked
package dev.rheo.codec.protobuf;

import org.jspecify.annotations.NullMarked;
