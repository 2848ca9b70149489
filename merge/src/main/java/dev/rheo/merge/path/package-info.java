/**
 * Sets of fields: which parts of an object a field manager owns. A path names a field, a list
 * element or a map entry; a {@link dev.rheo.merge.path.FieldSet} holds paths as a tree; {@link
 * dev.rheo.merge.path.FieldsV1} is its form in {@code metadata.managedFields}.
 *
 * <p>The semantics are those of {@code sigs.k8s.io/structured-merge-diff/v6/fieldpath}.
 */
@NullMarked
package dev.rheo.merge.path;

import org.jspecify.annotations.NullMarked;
