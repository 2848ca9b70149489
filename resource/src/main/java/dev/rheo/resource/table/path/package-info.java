/** JSONPath as kubectl and printer columns have it. */
@NullMarked
package dev.rheo.resource.table.path;

import org.jspecify.annotations.NullMarked;
