/**
 * The rules of the kinds that make pods: ReplicationController, apps, batch, autoscaling, policy.
 */
@NullMarked
package dev.rheo.resource.rules.workload;

import org.jspecify.annotations.NullMarked;
