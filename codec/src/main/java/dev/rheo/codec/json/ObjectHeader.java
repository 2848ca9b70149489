package dev.rheo.codec.json;

import java.util.List;

/**
 * What the watch cache needs to know of an object, read from its form in one pass without a tree.
 *
 * <pre>
 * {"kind":"Pod","apiVersion":"v1","metadata":{"name":"a",…,"resourceVersion":"",…},"spec":…
 *                                 ^ metadataOffset                            ^ revisionOffset
 *                                                                                 ^ metadataEnd
 * </pre>
 *
 * @param name {@code metadata.name}, {@code ""} when absent
 * @param namespace {@code metadata.namespace}, {@code ""} when absent
 * @param uid {@code metadata.uid}, {@code ""} when absent
 * @param labels {@code metadata.labels}: key, value, key, value, … sorted by key
 * @param fieldValues the values of the requested selectable fields, in their order; never null
 * @param revisionOffset offset of the first digit of {@code metadata.resourceVersion}, or of where
 *     it belongs: the byte after the opening quote; -1 when the form has no such field
 * @param revisionLength bytes between the quotes of {@code metadata.resourceVersion}: 0 in a
 *     canonical form
 * @param metadataOffset offset of the opening quote of the key {@code "metadata"}; -1 when there is
 *     none
 * @param metadataEnd one past the closing brace of metadata; -1 when there is none
 * @param managedFieldsOffset offset of the opening quote of the key {@code "managedFields"}, the
 *     last of the metadata in a canonical form; -1 when there is none
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
    int managedFieldsOffset,
    boolean deleting) {

  /**
   * Reads a header. Stops as soon as all that is requested is known. To read many headers of one
   * resource, keep a {@link HeaderScanner}.
   *
   * @param form a JSON object, UTF-8, such as {@link Canonicalizer#encode} writes
   * @param fields the requested field values
   * @throws IllegalArgumentException if the form, as far as it is read, is not a JSON object
   */
  public static ObjectHeader scan(byte[] form, List<SelectableField> fields) {
    return HeaderScanner.of(fields).scan(form);
  }
}
