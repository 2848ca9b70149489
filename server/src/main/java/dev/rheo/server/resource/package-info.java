/**
 * What a type is: resources, discovery, schemas, defaults, strategies, validation, conversion. Data
 * first: a built-in type is rows of the fact tables, never a handler of its own.
 */
@NullMarked
package dev.rheo.server.resource;

import org.jspecify.annotations.NullMarked;
