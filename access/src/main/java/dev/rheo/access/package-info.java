/** The address of a server and the client's credentials, from a kubeconfig; PEM files. */
@NullMarked
package dev.rheo.access;

import org.jspecify.annotations.NullMarked;
