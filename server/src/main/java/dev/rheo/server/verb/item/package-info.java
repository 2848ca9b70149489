/**
 * What lists and watches share: which entries are selected, and how an object becomes an item of a
 * list or an event of a watch.
 */
@NullMarked
package dev.rheo.server.verb.item;

import org.jspecify.annotations.NullMarked;
