/** One informer in a process of its own, for bench/informers. */
@NullMarked
package dev.rheo.bench;

import org.jspecify.annotations.NullMarked;
