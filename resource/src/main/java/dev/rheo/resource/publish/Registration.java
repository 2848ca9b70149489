package dev.rheo.resource.publish;

import dev.rheo.resource.type.GroupVersionPriority;

/**
 * What discovery tells of an APIService. The list of groups consists of these, whoever serves the
 * group version and whether it is available or not.
 *
 * @param name of the APIService
 */
public record Registration(
    String name, String group, String version, GroupVersionPriority priority) {}
