/** What lists must fulfil that are sets or maps. */
@NullMarked
package dev.rheo.schema.list;

import org.jspecify.annotations.NullMarked;
