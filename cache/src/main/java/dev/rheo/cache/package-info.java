/** The watch cache: fed by the store, it serves every read as a cursor over revisions. */
@NullMarked
package dev.rheo.cache;

import org.jspecify.annotations.NullMarked;
