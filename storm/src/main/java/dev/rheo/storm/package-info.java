/**
 * Storm: a load test of any Kubernetes API server. Many concurrent readers verify everything that
 * they receive, while the server's memory and CPU time are measured.
 */
@NullMarked
package dev.rheo.storm;

import org.jspecify.annotations.NullMarked;
