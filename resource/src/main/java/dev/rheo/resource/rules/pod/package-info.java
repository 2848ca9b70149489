/** The rules of pods and of templates of pods. */
@NullMarked
package dev.rheo.resource.rules.pod;

import org.jspecify.annotations.NullMarked;
