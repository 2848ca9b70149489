/** What an informer needs of an HTTP client: a request whose answer streams. */
@NullMarked
package dev.rheo.client.transport;

import org.jspecify.annotations.NullMarked;
