/** What becomes of definitions of custom resources: they are named, served, and taken away. */
@NullMarked
package dev.rheo.server.controller.custom;

import org.jspecify.annotations.NullMarked;
