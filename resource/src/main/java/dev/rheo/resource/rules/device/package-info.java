/** The rules of devices and of scheduling: resource.k8s.io, scheduling.k8s.io, node.k8s.io. */
@NullMarked
package dev.rheo.resource.rules.device;

import org.jspecify.annotations.NullMarked;
