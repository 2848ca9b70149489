/** CBOR (RFC 8949) forms and request bodies, as Kubernetes uses them (KEP-4222). */
@NullMarked
package dev.rheo.codec.cbor;

import org.jspecify.annotations.NullMarked;
