package dev.rheo.resource.table.path;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A value that a path found or made.
 *
 * @param of a {@link JsonNode} of the data or of a literal; a Long for an integer literal, which is
 *     not of the type that integers of the data have; a Byte for the byte of a text, unsigned
 */
public record PathValue(Object of) {}
