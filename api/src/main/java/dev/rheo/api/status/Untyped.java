package dev.rheo.api.status;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A value that upstream has not decoded to a Go type, such as a part of a custom resource: messages
 * show the members of its objects by name, and its numbers as Go's.
 */
public record Untyped(JsonNode value) {}
