/**
 * Objects with the schema of their merge: how two of them are merged and compared, which fields one
 * has, and how fields are taken out of it.
 *
 * <p>The semantics are those of {@code sigs.k8s.io/structured-merge-diff/v6/typed}.
 */
@NullMarked
package dev.rheo.merge.typed;

import org.jspecify.annotations.NullMarked;
