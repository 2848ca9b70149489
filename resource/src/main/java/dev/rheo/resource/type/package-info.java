/**
 * What a type is: names, versions, scope, storage, selectable fields and conversion. Data first: a
 * built-in type is rows of the fact tables, never a handler of its own.
 */
@NullMarked
package dev.rheo.resource.type;

import org.jspecify.annotations.NullMarked;
