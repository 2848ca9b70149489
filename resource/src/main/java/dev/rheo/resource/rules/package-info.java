/** What happens to an object on a write: defaults, preparation, admission and validation. */
@NullMarked
package dev.rheo.resource.rules;

import org.jspecify.annotations.NullMarked;
