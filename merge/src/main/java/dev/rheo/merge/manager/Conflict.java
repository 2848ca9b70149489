package dev.rheo.merge.manager;

import dev.rheo.merge.path.FieldPath;

/**
 * A field that an applied configuration would change, and that another manager owns.
 *
 * @param manager the other one
 */
public record Conflict(ManagerId manager, FieldPath path) {}
