/** Reviews: questions about users and what they may do, which are answered and not stored. */
@NullMarked
package dev.rheo.server.verb.review;

import org.jspecify.annotations.NullMarked;
