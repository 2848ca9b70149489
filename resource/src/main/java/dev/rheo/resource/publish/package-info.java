/** The API descriptions that clients read: discovery and OpenAPI. */
@NullMarked
package dev.rheo.resource.publish;

import org.jspecify.annotations.NullMarked;
