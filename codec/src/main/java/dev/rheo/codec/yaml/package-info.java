/** YAML forms and YAML request bodies. */
@NullMarked
package dev.rheo.codec.yaml;

import org.jspecify.annotations.NullMarked;
