/** The expressions in schemas, {@code x-kubernetes-validations}: types, values, costs, verdicts. */
@NullMarked
package dev.rheo.schema.rule;

import org.jspecify.annotations.NullMarked;
