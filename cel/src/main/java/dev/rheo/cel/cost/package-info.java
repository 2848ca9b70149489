/** What expressions cost: before they are evaluated, from the sizes that their input can have. */
@NullMarked
package dev.rheo.cel.cost;

import org.jspecify.annotations.NullMarked;
