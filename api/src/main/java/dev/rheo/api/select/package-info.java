/** Label and field selectors. */
@NullMarked
package dev.rheo.api.select;

import org.jspecify.annotations.NullMarked;
