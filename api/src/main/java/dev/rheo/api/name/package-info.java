/** How resources, kinds and objects are named. */
@NullMarked
package dev.rheo.api.name;

import org.jspecify.annotations.NullMarked;
