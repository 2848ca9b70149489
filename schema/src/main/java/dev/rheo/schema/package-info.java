/**
 * The schemas of custom resources: what a definition says of its objects, and what that does to
 * them.
 */
@NullMarked
package dev.rheo.schema;

import org.jspecify.annotations.NullMarked;
