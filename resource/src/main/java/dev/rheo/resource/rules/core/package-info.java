/**
 * The rules of the kinds that hold data or divide a cluster: ConfigMap, Secret, Namespace, Node, ….
 */
@NullMarked
package dev.rheo.resource.rules.core;

import org.jspecify.annotations.NullMarked;
