/**
 * Tables: the columns of every type, and the cells of its objects, as kubectl shows them. Data
 * first: {@code columns.txt} says what a cell is, most of them by a path; the others are small
 * functions, by API group.
 */
@NullMarked
package dev.rheo.resource.table;

import org.jspecify.annotations.NullMarked;
