package dev.rheo.resource.publish;

import dev.rheo.resource.type.GroupVersionPriority;

/**
 * A group version that an extension API server serves, as aggregated discovery tells it. It takes
 * the place of one that this server would serve itself.
 *
 * @param resources its resources as {@code APIResourceDiscovery}, a JSON array as it is written;
 *     empty if none are known
 * @param current whether the server could be asked lately
 */
public record ExtensionVersion(
    String group,
    String version,
    GroupVersionPriority priority,
    String resources,
    boolean current) {}
