/**
 * The controllers that are part of the server, as some are of kube-apiserver. They follow the watch
 * cache and write by {@link dev.rheo.server.verb.write.LoopbackClient}; nothing of the server
 * depends on them.
 */
@NullMarked
package dev.rheo.server.controller;

import org.jspecify.annotations.NullMarked;
