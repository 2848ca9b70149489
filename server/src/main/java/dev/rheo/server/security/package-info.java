/** Who asks, and may they: certificates, authentication, authorization. */
@NullMarked
package dev.rheo.server.security;

import org.jspecify.annotations.NullMarked;
