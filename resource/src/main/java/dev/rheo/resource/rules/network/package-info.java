/** The rules of Services, endpoints and networking.k8s.io. */
@NullMarked
package dev.rheo.resource.rules.network;

import org.jspecify.annotations.NullMarked;
