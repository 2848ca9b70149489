package dev.rheo.cel.value;

/** A type as a value, without its parameters: {@code type([1]) == list}. */
public record TypeValue(String name) {
  @Override
  public String toString() {
    return name;
  }
}
