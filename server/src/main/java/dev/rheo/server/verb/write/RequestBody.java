package dev.rheo.server.verb.write;

/**
 * The body of a request.
 *
 * @param mediaType without parameters: {@code application/json}, {@code application/yaml}, or a
 *     patch type
 */
public record RequestBody(byte[] bytes, String mediaType) {}
