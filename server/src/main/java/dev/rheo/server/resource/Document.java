package dev.rheo.server.resource;

/**
 * Bytes that are made once and served often.
 *
 * @param body JSON with a line feed at the end, as kube-apiserver writes it. Not to be changed
 * @param etag with its quotes, as the header wants it
 */
public record Document(byte[] body, String etag) {

  /** Whether a client that sends this {@code If-None-Match} has it already: answer 304. */
  public boolean matches(String ifNoneMatch) {
    String wanted = ifNoneMatch.strip();
    return wanted.equals("*")
        || java.util.Arrays.stream(wanted.split(","))
            .map(String::strip)
            .anyMatch(tag -> tag.equals(etag) || tag.equals("W/" + etag));
  }
}
