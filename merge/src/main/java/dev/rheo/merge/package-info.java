/**
 * Patches of JSON documents: JSON patch (RFC 6902), JSON merge patch (RFC 7396) and Kubernetes'
 * strategic merge patch. Nothing here knows about requests, resources or stores.
 */
@NullMarked
package dev.rheo.merge;

import org.jspecify.annotations.NullMarked;
