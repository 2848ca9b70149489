/**
 * Watches and watch lists: the initial events, the bookmark after them, and what a change means to
 * the watcher, whose selector may turn it into ADDED or DELETED.
 */
@NullMarked
package dev.rheo.server.verb.watch;

import org.jspecify.annotations.NullMarked;
