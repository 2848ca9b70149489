package dev.rheo.cel.value;

/** The null of expressions. */
public enum CelNull {
  NULL;

  @Override
  public String toString() {
    return "null";
  }
}
