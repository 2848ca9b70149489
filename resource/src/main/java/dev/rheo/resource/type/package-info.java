/**
 * Resource types: names, versions, scope, storage, selectable fields and conversion. A built-in
 * type is data, namely rows of the fact tables; it has no handler of its own.
 */
@NullMarked
package dev.rheo.resource.type;

import org.jspecify.annotations.NullMarked;
