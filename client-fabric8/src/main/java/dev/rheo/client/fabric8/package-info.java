/** Informers on a fabric8 {@code KubernetesClient}. */
@NullMarked
package dev.rheo.client.fabric8;

import org.jspecify.annotations.NullMarked;
