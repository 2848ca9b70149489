/** Where the server is and who we are to it, from a kubeconfig. */
@NullMarked
package dev.rheo.access;

import org.jspecify.annotations.NullMarked;
