/**
 * The writing verbs: create, update, patch, delete, deletecollection and the writable subresources;
 * also the namespace controller, which empties deleted namespaces.
 */
@NullMarked
package dev.rheo.server.verb.write;

import org.jspecify.annotations.NullMarked;
