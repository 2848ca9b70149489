package dev.rheo.cache;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A scope prepared for matching many events. */
final class Filter {
  private final byte @Nullable [] namespace;
  private final byte @Nullable [] name;
  private final @Nullable String field;
  private final @Nullable String value;

  Filter(Scope scope) {
    namespace = utf8(scope.namespace());
    name = utf8(scope.name());
    field = scope.field();
    value = scope.fieldValue();
  }

  private static byte @Nullable [] utf8(@Nullable String s) {
    return s == null ? null : s.getBytes(StandardCharsets.UTF_8);
  }

  boolean admits(CacheEvent event) {
    Entry current = event.current();
    Entry previous = event.previous();
    Entry any = current != null ? current : previous;
    return any != null
        && (namespace == null || any.inNamespace(namespace))
        && (name == null || any.isNamed(name))
        && (field == null || has(current, field) || has(previous, field));
  }

  private boolean has(@Nullable Entry entry, String field) {
    return entry != null && value != null && value.equals(entry.fields().get(field));
  }
}
