/**
 * What goes wrong on demand, between the network and a server that works.
 *
 * <p>{@link dev.rheo.junit.fault.Faults} is where a test asks for faults. {@link
 * dev.rheo.junit.fault.FaultInjector} wraps the server's handler of requests: a fault refuses a
 * request, holds it, changes it, or wraps the body of its answer.
 */
@NullMarked
package dev.rheo.junit.fault;

import org.jspecify.annotations.NullMarked;
