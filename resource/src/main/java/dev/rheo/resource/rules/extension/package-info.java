/** The rules of CustomResourceDefinition and APIService. */
@NullMarked
package dev.rheo.resource.rules.extension;

import org.jspecify.annotations.NullMarked;
