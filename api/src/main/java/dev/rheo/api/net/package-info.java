/** IP addresses and ranges of them, as Kubernetes reads them. */
@NullMarked
package dev.rheo.api.net;

import org.jspecify.annotations.NullMarked;
