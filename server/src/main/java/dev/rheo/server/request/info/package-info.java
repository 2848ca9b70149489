/** What a request asks for, as everything that counts or authorizes it sees it. */
@NullMarked
package dev.rheo.server.request.info;

import org.jspecify.annotations.NullMarked;
