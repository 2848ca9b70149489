package dev.rheo.server.aggregation;

import org.jspecify.annotations.Nullable;

/**
 * An APIService ({@code apiregistration.k8s.io/v1}): who serves a group version.
 *
 * @param name {@code VERSION.GROUP}
 * @param groupPriority {@code groupPriorityMinimum}: groups of higher priority come first
 * @param versionPriority versions of higher priority come first in their group
 * @param local whether this server serves the group version itself
 * @param available whether its condition {@code Available} is {@code True}
 * @param extension the server behind it; null if it is local
 */
public record ApiService(
    String name,
    String uid,
    String group,
    String version,
    int groupPriority,
    int versionPriority,
    boolean local,
    boolean available,
    @Nullable Extension extension) {}
