package dev.rheo.api.media;

import org.jspecify.annotations.Nullable;

/**
 * What was agreed on with a client.
 *
 * @param mediaType one of the supported ones, without parameters
 * @param target into what objects are transformed, null if they are not
 * @param pretty whether the client asked for indented text by the media type's parameter
 * @param profile the parameter of that name, empty if not given
 */
public record Accepted(String mediaType, @Nullable Target target, boolean pretty, String profile) {}
