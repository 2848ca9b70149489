package dev.rheo.server.webhook;

import org.jspecify.annotations.Nullable;

/**
 * What a webhook answered.
 *
 * @param contentType null if it told none
 */
public record Answer(int status, @Nullable String contentType, byte[] body) {}
