package dev.rheo.server.resource;

import org.jspecify.annotations.Nullable;

/**
 * The OpenAPI v3 documents, made from the type table when first asked for and kept compressed.
 * Thread-safe.
 */
public final class OpenApi {
  /**
   * One document.
   *
   * @param gzip the JSON, compressed
   * @param hash upper case hexadecimal; the {@code hash} parameter of its URL, and in quotes its
   *     ETag
   */
  public record Compressed(byte[] gzip, String hash) {
    /** The JSON itself. */
    public byte[] json() {
      throw new UnsupportedOperationException();
    }
  }

  public OpenApi(ResourceRegistry registry) {}

  /** {@code /openapi/v3}: the documents and their URLs. */
  public byte[] index() {
    throw new UnsupportedOperationException();
  }

  /**
   * {@code /openapi/v3/{path}}, or null.
   *
   * @param path {@code api/v1}, {@code apis/apps/v1}
   */
  public @Nullable Compressed document(String path) {
    throw new UnsupportedOperationException();
  }
}
