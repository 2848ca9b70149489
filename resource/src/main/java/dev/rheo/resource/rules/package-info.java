/** The rules for writes of objects: defaults, preparation, admission and validation. */
@NullMarked
package dev.rheo.resource.rules;

import org.jspecify.annotations.NullMarked;
