package dev.rheo.schema.rule;

import org.jspecify.annotations.Nullable;

/**
 * Which faults are excused because nothing has changed (KEP-4008).
 *
 * @param current the correlation of the value; null if no old value belongs to it
 * @param parent the nearest value around it that has one
 */
record Ratchet(@Nullable Correlation current, @Nullable Correlation parent) {
  static final Ratchet NONE = new Ratchet(null, null);

  boolean excuses() {
    return current != null ? current.isSame() : parent != null && parent.isSame();
  }

  Ratchet field(String name) {
    if (current == null) {
      return this;
    }
    if (parent == null && (name.equals("apiVersion") || name.equals("kind"))) {
      return NONE;
    }
    return new Ratchet(current.field(name), current);
  }

  Ratchet element(int index) {
    return current == null ? this : new Ratchet(current.element(index), current);
  }

  /** Of an {@code allOf}, which excuses only what has not changed around it. */
  Ratchet ofParent() {
    return new Ratchet(null, parent);
  }
}
