/**
 * The forms that objects have in a store that kube-apiserver shares: protobuf, JSON or CBOR, in any
 * version of their kind. {@link dev.rheo.server.storage.SharedStore} reads all and writes one; what
 * is above it sees the canonical form alone.
 */
@NullMarked
package dev.rheo.server.storage;

import org.jspecify.annotations.NullMarked;
