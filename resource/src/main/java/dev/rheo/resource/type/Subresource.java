package dev.rheo.resource.type;

import dev.rheo.codec.schema.ObjectType;
import java.util.Set;

/**
 * A subresource: {@code status} of {@code deployments}.
 *
 * @param name {@code status}, {@code scale}, …
 * @param apiVersion of the objects in its requests and responses: {@code autoscaling/v1}
 * @param kind of these objects: {@code Scale}
 * @param objectType the fields of these objects
 * @param verbs {@code get}, {@code update}, {@code patch}, {@code create}, …
 */
public record Subresource(
    String name, String apiVersion, String kind, ObjectType objectType, Set<String> verbs) {}
