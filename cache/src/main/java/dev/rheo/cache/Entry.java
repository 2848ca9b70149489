package dev.rheo.cache;

import dev.rheo.api.select.ShardHash;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One version of one object: what selectors need of it, in memory, and the location of its form in
 * the spool. Immutable, some 120 bytes with its key; labels and field values are shared with other
 * entries.
 *
 * <p>The form is the object's canonical JSON with its resourceVersion in place:
 *
 * <pre>
 * {"kind":"Pod","apiVersion":"v1","metadata":{…,"resourceVersion":"1234",…},"spec":…
 *                                 ^ metadataOffset                 ^ revisionOffset, length 4
 * </pre>
 */
public final class Entry {
  /** Relative to the resource's prefix, UTF-8. */
  final byte[] key;

  final Segment segment;

  /** Offset in the segment of the form; its record begins {@code headerLength} bytes earlier. */
  final int offset;

  private final LabelSet labels;
  private final FieldValues values;
  private final long revision;
  private final long uidHash;
  private final int length;
  private final int revisionOffset;
  private final int metadataEnd;

  /** Bytes of the record's header, which precedes the form. */
  final int headerLength;

  /** Only kind and apiVersion precede it: two bytes suffice, and save eight. */
  private final char metadataOffset;

  private final byte revisionLength;

  Entry(
      byte[] key,
      LabelSet labels,
      FieldValues values,
      long revision,
      long uidHash,
      Segment segment,
      int offset,
      int headerLength,
      int length,
      int revisionOffset,
      int revisionLength,
      int metadataOffset,
      int metadataEnd) {
    this.key = key;
    this.labels = labels;
    this.values = values;
    this.revision = revision;
    this.uidHash = uidHash;
    this.segment = segment;
    this.offset = offset;
    this.headerLength = headerLength;
    this.length = length;
    this.revisionOffset = revisionOffset;
    this.revisionLength = (byte) revisionLength;
    this.metadataOffset = (char) metadataOffset;
    this.metadataEnd = metadataEnd;
  }

  /** The same version at another location in the spool. */
  Entry movedTo(Segment segment, int offset) {
    return with(labels, values, segment, offset);
  }

  /** The same with these equal sets, which other entries have, too. */
  Entry sharing(LabelSet labels, FieldValues values) {
    return with(labels, values, segment, offset);
  }

  private Entry with(LabelSet labels, FieldValues values, Segment segment, int offset) {
    return new Entry(
        key,
        labels,
        values,
        revision,
        uidHash,
        segment,
        offset,
        headerLength,
        length,
        revisionOffset,
        revisionLength,
        metadataOffset,
        metadataEnd);
  }

  /** The key relative to the resource's prefix: {@code namespace/name} or {@code name}. */
  public String key() {
    return new String(key, StandardCharsets.UTF_8);
  }

  /**
   * Whether the key comes after another in the order of keys.
   *
   * @param other in UTF-8
   */
  public boolean isAfter(byte[] other) {
    return Arrays.compareUnsigned(key, other) > 0;
  }

  /** {@code ""} if the object has none. */
  public String namespace() {
    int slash = slash();
    return slash < 0 ? "" : new String(key, 0, slash, StandardCharsets.UTF_8);
  }

  public String name() {
    int from = slash() + 1;
    return new String(key, from, key.length - from, StandardCharsets.UTF_8);
  }

  /** Index of the slash behind the namespace; negative if the key has none. */
  int slash() {
    for (int i = 0; i < key.length; i++) {
      if (key[i] == '/') {
        return i;
      }
    }
    return -1;
  }

  boolean inNamespace(byte[] namespace) {
    return key.length > namespace.length
        && key[namespace.length] == '/'
        && Arrays.equals(key, 0, namespace.length, namespace, 0, namespace.length);
  }

  boolean isNamed(byte[] name) {
    int from = slash() + 1;
    return Arrays.equals(key, from, key.length, name, 0, name.length);
  }

  public long revision() {
    return revision;
  }

  /** The {@link ShardHash} of {@code metadata.uid}. */
  public long uidHash() {
    return uidHash;
  }

  /** The {@link ShardHash} of {@code metadata.namespace}. */
  public long namespaceHash() {
    return ShardHash.of(key, 0, Math.max(0, slash()));
  }

  public LabelSet labels() {
    return labels;
  }

  public FieldSet fields() {
    return new FieldSet(this);
  }

  FieldValues values() {
    return values;
  }

  /** Bytes of the form, including the digits of its resourceVersion. */
  public int length() {
    return length;
  }

  /** Offset in the form of the digits of {@code metadata.resourceVersion}. */
  public int revisionOffset() {
    return revisionOffset;
  }

  /** Number of these digits: 1 to 19. */
  public int revisionLength() {
    return revisionLength;
  }

  /** Offset in the form of the opening quote of the key {@code "metadata"}. */
  public int metadataOffset() {
    return metadataOffset;
  }

  /** Offset in the form one past the closing brace of metadata. */
  public int metadataEnd() {
    return metadataEnd;
  }

  @Override
  public String toString() {
    return key() + "@" + revision;
  }
}
