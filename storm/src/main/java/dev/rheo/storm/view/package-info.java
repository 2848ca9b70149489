/**
 * What people see of a storm: the terminal while it goes on, the table at its end, and the page
 * that {@code --report} writes. All of it is made from {@link dev.rheo.storm.result} alone.
 */
@NullMarked
package dev.rheo.storm.view;

import org.jspecify.annotations.NullMarked;
