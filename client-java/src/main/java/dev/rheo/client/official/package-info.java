/** Watch lists for the informers of the official Java client. */
@NullMarked
package dev.rheo.client.official;

import org.jspecify.annotations.NullMarked;
