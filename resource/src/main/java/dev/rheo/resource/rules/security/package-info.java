/** The rules of RBAC, certificates, admission and flow control. */
@NullMarked
package dev.rheo.resource.rules.security;

import org.jspecify.annotations.NullMarked;
