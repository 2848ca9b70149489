package dev.rheo.codec.json;

import java.util.List;

/**
 * What the watch cache must know of an object, read from its form in one pass without a tree.
 *
 * <pre>
 * {"kind":"Pod","apiVersion":"v1","metadata":{"name":"a",…,"resourceVersion":"",…},"spec":…
 *                                ^ metadataOffset                           ^ revisionOffset       metadataEnd is one past '}'
 * </pre>
 *
 * @param name {@code metadata.name}, {@code ""} when absent
 * @param namespace {@code metadata.namespace}, {@code ""} when absent
 * @param uid {@code metadata.uid}, {@code ""} when absent
 * @param labels {@code metadata.labels}: key, value, key, value, … sorted by key
 * @param fieldValues the values of the selectable fields that were asked for, in their order; never
 *     null
 * @param revisionOffset where the first digit of {@code metadata.resourceVersion} stands or would
 *     stand: the byte after the opening quote; -1 when the form has no such field
 * @param revisionLength bytes between the quotes of {@code metadata.resourceVersion}: 0 in a
 *     canonical form
 * @param metadataOffset the opening quote of the key {@code "metadata"}; -1 when there is none
 * @param metadataEnd one past the closing brace of metadata; -1 when there is none
 * @param deleting whether {@code metadata.deletionTimestamp} is set
 */
public record ObjectHeader(
    String name,
    String namespace,
    String uid,
    List<String> labels,
    List<String> fieldValues,
    int revisionOffset,
    int revisionLength,
    int metadataOffset,
    int metadataEnd,
    boolean deleting) {

  /**
   * Reads a header. Stops as soon as everything asked for is known. Whoever reads many headers of
   * one resource keeps a {@link HeaderScanner}.
   *
   * @param form a JSON object, UTF-8, such as {@link Canonicalizer#encode} writes
   * @param fields which field values are wanted
   * @throws IllegalArgumentException if the form is not a JSON object (as far as it was read)
   */
  public static ObjectHeader scan(byte[] form, List<SelectableField> fields) {
    return HeaderScanner.of(fields).scan(form);
  }
}
