/** The metadata of objects: that of the custom resource and of the objects embedded in it. */
@NullMarked
package dev.rheo.schema.meta;

import org.jspecify.annotations.NullMarked;
