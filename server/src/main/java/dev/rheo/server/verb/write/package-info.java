/**
 * The writing verbs: create, update, patch, delete, deletecollection and the writable subresources.
 */
@NullMarked
package dev.rheo.server.verb.write;

import org.jspecify.annotations.NullMarked;
