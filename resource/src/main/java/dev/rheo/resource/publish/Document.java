package dev.rheo.resource.publish;

import java.util.Arrays;

/**
 * Bytes that are made once and served often.
 *
 * @param body not to be changed
 * @param etag with its quotes, as the header wants it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Document(byte[] body, String etag) {

  /** Whether a client that sends this {@code If-None-Match} has it already: answer 304. */
  public boolean matches(String ifNoneMatch) {
    return Arrays.stream(ifNoneMatch.split(","))
        .map(String::strip)
        .anyMatch(tag -> tag.equals("*") || tag.equals(etag) || tag.equals("W/" + etag));
  }
}
