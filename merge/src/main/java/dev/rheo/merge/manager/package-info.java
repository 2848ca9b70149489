/**
 * Who owns the fields of an object, and what becomes of it when somebody writes: server-side apply.
 * {@link dev.rheo.merge.manager.Updater} decides; {@link dev.rheo.merge.manager.ManagedFields} is
 * what {@code metadata.managedFields} says; {@link dev.rheo.merge.manager.FieldManager} puts both
 * together for objects of Kubernetes.
 *
 * <p>The semantics are those of {@code sigs.k8s.io/structured-merge-diff/v6/merge} and of {@code
 * k8s.io/apimachinery/pkg/util/managedfields} 0.36.
 */
@NullMarked
package dev.rheo.merge.manager;

import org.jspecify.annotations.NullMarked;
