package dev.rheo.api.media;

import org.jspecify.annotations.Nullable;

/**
 * The result of content negotiation with a client.
 *
 * @param mediaType one of the supported ones, without parameters
 * @param target the kind into which objects are transformed, null for none
 * @param pretty whether the media type's parameter asks for indented text
 * @param profile the parameter of that name, empty if not given
 * @param dropsManagedFields whether objects are wanted without {@code metadata.managedFields}
 */
public record NegotiatedMediaType(
    String mediaType,
    @Nullable TargetKind target,
    boolean pretty,
    String profile,
    boolean dropsManagedFields) {}
