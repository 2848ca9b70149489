package dev.rheo.resource.rules.kind;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.Excerpt;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.codec.tree.Trees;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A place in an object that is checked: what is there, where it is, and where its faults go.
 *
 * <pre>{@code
 * Field spec = object.at("spec");
 * spec.at("replicas").notNegative();
 * for (Field port : spec.at("ports").items()) {   // spec.ports[0], …
 *   if (port.at("name").text().isEmpty()) {
 *     port.at("name").required("");
 *   }
 * }
 * }</pre>
 *
 * A place may be empty, and the places below it then are, too: no code has to ask before it goes
 * down. A JSON null counts as absent. The path is put together when there is a fault to report.
 *
 * <p>What a client sends decides how many faults there are, so the loops over {@link #items} and
 * {@link #entries} end when no more faults are kept. Not thread-safe.
 */
public final class Field {
  private final @Nullable Field parent;

  /** {@code .name}, {@code [key]}, or empty for the root. */
  private final String step;

  private final @Nullable JsonNode node;
  private final FieldErrors errors;

  private Field(@Nullable Field parent, String step, @Nullable JsonNode node, FieldErrors errors) {
    this.parent = parent;
    this.step = step;
    this.node = node;
    this.errors = errors;
  }

  /** The object itself. */
  public static Field root(@Nullable ObjectNode object, FieldErrors errors) {
    return new Field(null, "", object, errors);
  }

  // where it is

  /** A member, or a member of a member: {@code at("spec", "replicas")}. */
  public Field at(String... names) {
    Field at = this;
    for (String name : names) {
      at = new Field(at, "." + name, Trees.get(at.node, name), errors);
    }
    return at;
  }

  /** The value of a key of a map: {@code limits[cpu]}. */
  public Field key(String key) {
    return new Field(this, "[" + key + "]", Trees.get(node, key), errors);
  }

  /** An element of a list. */
  public Field index(int index) {
    return new Field(
        this, "[" + index + "]", node instanceof ArrayNode array ? array.get(index) : null, errors);
  }

  /** The same value at another place below the parent, where upstream reports its faults so. */
  public Field named(String name) {
    return new Field(parent, "." + name, node, errors);
  }

  /** The same value and the same faults, at the place of another field. */
  public Field placed(Field other) {
    return new Field(other.parent, other.step, node, errors);
  }

  /** The same value at the same place, whose faults go elsewhere. */
  public Field into(FieldErrors other) {
    return new Field(parent, step, node, other);
  }

  /** Another value at this place. */
  public Field with(@Nullable JsonNode value) {
    return new Field(parent, step, value, errors);
  }

  /** The elements of a list, until no more faults are kept. */
  public Iterable<Field> items() {
    int size = node instanceof ArrayNode array ? array.size() : 0;
    return () ->
        new Iterator<>() {
          private int next;

          @Override
          public boolean hasNext() {
            return next < size && !errors.isFull();
          }

          @Override
          public Field next() {
            if (next >= size) {
              throw new NoSuchElementException();
            }
            return index(next++);
          }
        };
  }

  /** The values of a map, until no more faults are kept; {@link #name} is the key of each. */
  public Iterable<Field> entries() {
    if (!(node instanceof ObjectNode object)) {
      return List.of();
    }
    return () -> {
      Iterator<Map.Entry<String, JsonNode>> members = object.properties().iterator();
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return members.hasNext() && !errors.isFull();
        }

        @Override
        public Field next() {
          return key(members.next().getKey());
        }
      };
    };
  }

  /** The last name, key or index of the path; empty at the root. */
  public String name() {
    return step.isEmpty()
        ? ""
        : step.charAt(0) == '[' ? step.substring(1, step.length() - 1) : step.substring(1);
  }

  /** {@code spec.ports[0].name}. */
  public String path() {
    List<String> steps = new ArrayList<>();
    for (Field at = this; at != null; at = at.parent) {
      steps.add(at.step.startsWith("[") ? "[" + Excerpt.text(at.name()) + "]" : at.step);
    }
    String path = String.join("", steps.reversed());
    return path.startsWith(".") ? path.substring(1) : path;
  }

  // what is there

  public @Nullable JsonNode node() {
    return node;
  }

  /** The object that is there; an empty one if there is none. */
  public ObjectNode object() {
    return node instanceof ObjectNode object ? object : JsonNodeFactory.instance.objectNode();
  }

  /** Whether there is anything, be it empty. */
  public boolean present() {
    return node != null && !node.isNull();
  }

  public boolean absent() {
    return !present();
  }

  /** Whether there is nothing, an empty text, an empty list or an empty object. */
  public boolean isEmpty() {
    return node == null
        || node.isNull()
        || (node.isTextual()
            ? node.textValue().isEmpty()
            : node.isContainerNode() && node.isEmpty());
  }

  /** The text; empty if there is none. */
  public String text() {
    return node == null || node.isNull() ? "" : node.asText();
  }

  /** The number; 0 if there is none. */
  public long number() {
    return node == null ? 0 : node.asLong();
  }

  /** Whether it is true. */
  public boolean flag() {
    return node != null && node.asBoolean();
  }

  /** The number of elements or members. */
  public int size() {
    return node == null ? 0 : node.size();
  }

  /** The texts of a list. */
  public List<String> texts() {
    return Trees.strings(node);
  }

  public boolean is(String text) {
    return text().equals(text);
  }

  /** Whether both say the same; an empty list or object and nothing at all are one. */
  public boolean same(Field other) {
    return Trees.same(node, other.node);
  }

  // what is wrong

  public void fault(FieldError error) {
    errors.add(error);
  }

  /** Whether more faults would be dropped. */
  public boolean isFull() {
    return errors.isFull();
  }

  /** The number of faults so far, of the whole object. */
  public int faults() {
    return errors.size();
  }

  public void required(String detail) {
    errors.add(FieldError.required(path(), detail));
  }

  public void forbidden(String detail) {
    errors.add(FieldError.forbidden(path(), detail));
  }

  /** What is there cannot be judged. */
  public void internal(String message) {
    errors.add(FieldError.internal(path(), message));
  }

  /** What is there is not valid. */
  public void invalid(String detail) {
    invalid(shown(), detail);
  }

  /**
   * @param value shown in place of what is there
   */
  public void invalid(Object value, String detail) {
    errors.add(FieldError.invalid(path(), value, detail));
  }

  public void duplicate() {
    errors.add(FieldError.duplicate(path(), shown()));
  }

  public void notFound() {
    errors.add(FieldError.notFound(path(), shown()));
  }

  /** What is there is none of the supported values, which are named in this order. */
  public void notSupported(List<String> supported) {
    errors.add(FieldError.notSupported(path(), shown(), supported));
  }

  /**
   * @param value shown in place of what is there
   */
  public void notSupported(Object value, List<String> supported) {
    errors.add(FieldError.notSupported(path(), value, supported));
  }

  /**
   * @param maximum in bytes
   */
  public void tooLong(int maximum) {
    errors.add(FieldError.tooLong(path(), maximum));
  }

  /**
   * @param maximum number of elements
   */
  public void tooMany(int maximum) {
    errors.add(FieldError.tooMany(path(), size(), maximum));
  }

  /** Reports each fault that a syntax check found in the text. */
  public void invalidFor(List<String> faults) {
    errors.invalid(path(), text(), faults);
  }

  /** What is there, as it is shown in messages. */
  public Object shown() {
    return shown(node);
  }

  static Object shown(@Nullable JsonNode node) {
    return node == null || node.isNull()
        ? NullNode.instance
        : node.isTextual() ? node.textValue() : node;
  }

  // checks that many kinds share

  /** Demands a number that is not below zero; nothing at all is not. */
  public Field notNegative() {
    if (present() && number() < 0) {
      invalid("must be greater than or equal to 0");
    }
    return this;
  }

  /** Demands a text. */
  public boolean need(String detail) {
    if (isEmpty()) {
      required(detail);
      return false;
    }
    return true;
  }

  /**
   * Demands one of the values, which are named in the order of the list.
   *
   * @return whether it is one
   */
  public boolean oneOf(List<String> supported) {
    if (supported.contains(text())) {
      return true;
    }
    errors.add(FieldError.notSupported(path(), text(), supported));
    return false;
  }

  /** Checks the syntax of the text, as with {@code field.check(Names::dnsLabel)}. */
  public Field check(Function<String, List<String>> syntax) {
    invalidFor(syntax.apply(text()));
    return this;
  }

  /** Demands the value of before; nothing and empty are one. */
  public Field immutable(Field before) {
    if (!same(before)) {
      invalid("field is immutable");
    }
    return this;
  }

  @Override
  public String toString() {
    return path() + "=" + node;
  }
}
