/** What the rules of all kinds are made of: fields, their checks, metadata and selectors. */
@NullMarked
package dev.rheo.resource.rules.kind;

import org.jspecify.annotations.NullMarked;
