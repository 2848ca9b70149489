package dev.rheo.storm.net;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * A complete HTTP response.
 *
 * @param code HTTP status
 * @param retryAfter seconds of {@code Retry-After}, or -1
 * @param body bytes of the body
 */
public record Answer(int code, int retryAfter, byte[] body) {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int MAX_MESSAGE = 300;

  public boolean ok() {
    return code / 100 == 2;
  }

  /** Returns the body as JSON, or a missing node if it is not JSON. */
  public JsonNode json() {
    try {
      return JSON.readTree(body);
    } catch (IOException e) {
      return MissingNode.getInstance();
    }
  }

  /** Returns {@code metadata.resourceVersion} of the object in the body, or -1. */
  public long revision() {
    // Streaming stops at the metadata: a megabyte of data, which follows, is not parsed.
    try (JsonParser parser = JSON.createParser(body)) {
      boolean metadata = false;
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token != JsonToken.FIELD_NAME) {
          continue;
        }
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        if (name.equals("metadata") && value == JsonToken.START_OBJECT) {
          metadata = true;
        } else if (metadata && name.equals("resourceVersion")) {
          return Long.parseLong(parser.getText());
        } else {
          parser.skipChildren();
        }
      }
    } catch (IOException | NumberFormatException e) {
      // Not an object, or a resourceVersion that is not a number.
    }
    return -1;
  }

  /** Returns the message of a Status, else the start of the body, in one line. */
  public String message() {
    String status = json().path("message").asText("");
    String text = status.isEmpty() ? new String(body, StandardCharsets.UTF_8) : status;
    String line = text.strip().replaceAll("\\s+", " ");
    return line.length() <= MAX_MESSAGE ? line : line.substring(0, MAX_MESSAGE) + "…";
  }

  /** Returns the reason of a Status, or an empty string. */
  public String reason() {
    return json().path("reason").asText("");
  }
}
