package dev.rheo.cache;

import org.jspecify.annotations.Nullable;

/**
 * Location of a derived form of an object version. Immutable, some 110 bytes with its index entry.
 * Its file may be evicted at any time; the form is then made again, with the same bytes.
 */
public final class Form {
  final FormKind kind;

  /** The revision that the form carries instead of the object's own; 0 for the object's own. */
  final long revision;

  final FormFile file;
  final int offset;
  private final int length;
  private final int plainLength;
  private final int checksum;

  /** Next form of the same version, or null. */
  final @Nullable Form next;

  Form(
      FormKind kind,
      long revision,
      FormFile file,
      int offset,
      int length,
      int plainLength,
      int checksum,
      @Nullable Form next) {
    this.kind = kind;
    this.revision = revision;
    this.file = file;
    this.offset = offset;
    this.length = length;
    this.plainLength = plainLength;
    this.checksum = checksum;
    this.next = next;
  }

  Form withNext(@Nullable Form next) {
    return new Form(kind, revision, file, offset, length, plainLength, checksum, next);
  }

  boolean is(FormKind kind, long revision) {
    return this.kind == kind && this.revision == revision;
  }

  /** Bytes in the file. */
  public int length() {
    return length;
  }

  /** Bytes when decompressed; {@link #length} if it is not compressed. */
  public int plainLength() {
    return plainLength;
  }

  /** CRC-32 of the decompressed bytes; 0 if it is not compressed. */
  public int checksum() {
    return checksum;
  }
}
