/** What values must fulfil: types, formats, limits, and the old value that excuses the new one. */
@NullMarked
package dev.rheo.schema.value;

import org.jspecify.annotations.NullMarked;
