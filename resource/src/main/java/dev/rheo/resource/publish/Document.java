package dev.rheo.resource.publish;

import java.util.Arrays;

/**
 * A document that is built once and served often.
 *
 * @param body must not be changed
 * @param etag value of the {@code ETag} header, quotes included
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Document(byte[] body, String etag) {

  /** Whether this {@code If-None-Match} header names the document, so that the answer is 304. */
  public boolean matches(String ifNoneMatch) {
    return Arrays.stream(ifNoneMatch.split(","))
        .map(String::strip)
        .anyMatch(tag -> tag.equals("*") || tag.equals(etag) || tag.equals("W/" + etag));
  }
}
