/** What clients are told about the types: discovery and OpenAPI. */
@NullMarked
package dev.rheo.resource.publish;

import org.jspecify.annotations.NullMarked;
