/** CBOR (RFC 8949) forms, as Kubernetes uses it (KEP-4222), and CBOR request bodies. */
@NullMarked
package dev.rheo.codec.cbor;

import org.jspecify.annotations.NullMarked;
