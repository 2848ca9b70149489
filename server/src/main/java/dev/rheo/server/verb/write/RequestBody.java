package dev.rheo.server.verb.write;

/**
 * What was sent.
 *
 * @param mediaType without parameters: {@code application/json}, {@code application/yaml}, or one
 *     of the patches
 */
public record RequestBody(byte[] bytes, String mediaType) {}
