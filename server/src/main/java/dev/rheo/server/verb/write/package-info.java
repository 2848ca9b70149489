/**
 * The verbs that change objects: create, update, patch, delete, deletecollection and the
 * subresources that are written, and the namespace controller, which empties namespaces.
 */
@NullMarked
package dev.rheo.server.verb.write;

import org.jspecify.annotations.NullMarked;
