/** The client of webhooks: HTTPS with bounded time and memory, and failures in upstream's words. */
@NullMarked
package dev.rheo.server.webhook;

import org.jspecify.annotations.NullMarked;
