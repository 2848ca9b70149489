package dev.rheo.cache;

import org.jspecify.annotations.Nullable;

/**
 * What a reader is interested in, as far as the cache can tell cheaply. For the events of a
 * resource, it routes wake-ups and lets the reader pass over other events; it never hides an event
 * whose current or previous version lies in it. For a snapshot, it chooses the index. Selectors are
 * the caller's responsibility.
 *
 * @param namespace only objects of this namespace; null (or empty) for all
 * @param name only objects of this name; null for all
 * @param field a selectable field of the resource, such as {@code spec.nodeName}; null for none
 * @param fieldValue only objects whose current or previous version has this value in {@code field};
 *     null if and only if {@code field} is null
 */
public record Scope(
    @Nullable String namespace,
    @Nullable String name,
    @Nullable String field,
    @Nullable String fieldValue) {

  /** The whole resource. */
  public static final Scope ALL = new Scope(null, null, null, null);

  public Scope {
    if ((field == null) != (fieldValue == null)) {
      throw new IllegalArgumentException("a field and its value belong together");
    }
    if ("metadata.name".equals(field)) {
      name = name == null ? fieldValue : name;
      field = null;
      fieldValue = null;
    } else if ("metadata.namespace".equals(field)) {
      namespace = namespace == null ? fieldValue : namespace;
      field = null;
      fieldValue = null;
    }
    if (namespace != null && namespace.isEmpty()) {
      namespace = null;
    }
  }

  /** The prefix of all keys in the scope: that of its namespace, or empty. */
  public String keyPrefix() {
    return namespace == null ? "" : namespace + "/";
  }

  public static Scope namespace(String namespace) {
    return new Scope(namespace, null, null, null);
  }

  public static Scope object(@Nullable String namespace, String name) {
    return new Scope(namespace, name, null, null);
  }

  public static Scope field(String field, String value) {
    return new Scope(null, null, field, value);
  }
}
