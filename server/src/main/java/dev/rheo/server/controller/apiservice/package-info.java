/** Keeps the APIServices of the group versions that this server serves itself. */
@NullMarked
package dev.rheo.server.controller.apiservice;

import org.jspecify.annotations.NullMarked;
