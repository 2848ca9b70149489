/** URLs, as Kubernetes reads them. */
@NullMarked
package dev.rheo.api.url;

import org.jspecify.annotations.NullMarked;
