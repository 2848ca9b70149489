/** Feature gates. */
@NullMarked
package dev.rheo.api.feature;

import org.jspecify.annotations.NullMarked;
