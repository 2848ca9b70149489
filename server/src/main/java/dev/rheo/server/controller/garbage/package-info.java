/**
 * Garbage collection: what happens to an object when its owners go.
 *
 * <pre>
 *   watch cache ──events──▶ {@link dev.rheo.server.controller.garbage.Graph} ──▶ {@link
 *   dev.rheo.server.controller.garbage.WorkQueue} ──▶ {@link
 *   dev.rheo.server.controller.garbage.Collector} ──▶ verbs
 *                                │
 *                                └─▶ {@link dev.rheo.server.controller.garbage.Edges}: owner ─▶ dependents
 * </pre>
 *
 * <p>The graph follows all changes and notes who may have to be looked at. The collector looks at
 * one object at a time, reads it and its owners from the store, and decides by upstream's rules.
 * What the graph notes is a hint: a decision never rests on it, except that an owner has no
 * dependents any more, for which the graph is first brought up to date.
 *
 * <p>Memory: {@link dev.rheo.server.controller.garbage.Edges} has some 30 bytes for each dependent.
 * Everything else is bounded by numbers. What does not fit is dropped, and all objects are looked
 * through again later.
 */
@NullMarked
package dev.rheo.server.controller.garbage;

import org.jspecify.annotations.NullMarked;
