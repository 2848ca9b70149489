/** Tokens of service accounts: their keys, how they are signed, and how they are verified. */
@NullMarked
package dev.rheo.server.security.token;

import org.jspecify.annotations.NullMarked;
