package dev.rheo.merge.manager;

import dev.rheo.merge.path.FieldSet;

/**
 * The fields of one manager.
 *
 * @param apiVersion in which the paths are meant
 * @param applied whether the manager applied them
 */
public record OwnedFields(FieldSet fields, String apiVersion, boolean applied) {
  OwnedFields with(FieldSet other) {
    return new OwnedFields(other, apiVersion, applied);
  }
}
