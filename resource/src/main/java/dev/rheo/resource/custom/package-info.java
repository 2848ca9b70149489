/** Custom resources: what a definition says, and the resource types that are made of it. */
@NullMarked
package dev.rheo.resource.custom;

import org.jspecify.annotations.NullMarked;
