package dev.rheo.merge.manager;

import java.util.Comparator;

/**
 * What tells a field manager from the others of an object.
 *
 * @param name chosen by the client; {@code unknown} if it did not
 * @param applies whether it applies configurations; else it updates
 * @param apiVersion in which it updates; empty if it applies, because applying in another version
 *     makes no other manager
 * @param subresource through which it writes, empty for the object itself
 */
public record ManagerId(String name, boolean applies, String apiVersion, String subresource)
    implements Comparable<ManagerId> {
  private static final Comparator<ManagerId> ORDER =
      Comparator.comparing(ManagerId::name)
          .thenComparing(ManagerId::applies, Comparator.reverseOrder())
          .thenComparing(ManagerId::apiVersion)
          .thenComparing(ManagerId::subresource);

  @Override
  public int compareTo(ManagerId other) {
    return ORDER.compare(this, other);
  }

  /** As messages name the manager: {@code "kubectl" using v1}. */
  @Override
  public String toString() {
    return '"'
        + name
        + '"'
        + (subresource.isEmpty() ? "" : " with subresource \"" + subresource + '"')
        + (applies ? "" : " using " + apiVersion);
  }
}
