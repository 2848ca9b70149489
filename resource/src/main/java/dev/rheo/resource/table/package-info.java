/**
 * Tables as kubectl shows them: the columns of every type and the cells of its objects. {@code
 * columns.txt} defines the cells, most of them by a path. The others are small functions, grouped
 * by API group.
 */
@NullMarked
package dev.rheo.resource.table;

import org.jspecify.annotations.NullMarked;
