/** The options of each verb: parsed from a query or a body, validated, and resolved to a plan. */
@NullMarked
package dev.rheo.api.options;

import org.jspecify.annotations.NullMarked;
