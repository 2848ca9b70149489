package dev.rheo.api.options;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.GoText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * The position at which a list that was cut by its limit continues: base64url without padding of
 * {@code {"v":"meta.k8s.io/v1","rv":N,"start":"ns/name\u0000"}}. kube-apiserver's tokens have the
 * same format.
 *
 * @param revision the list's, or {@link #LATEST}
 * @param startKey the first key that the rest of the list may contain, relative to the resource's
 *     prefix (without a leading slash); after key {@code k} a list continues from {@code k + "\0"}
 */
public record ContinueToken(long revision, String startKey) {
  /** The list continues at the latest revision, inconsistently with its first part. */
  public static final long LATEST = -1;

  private static final String VERSION = "meta.k8s.io/v1";
  private static final ObjectMapper JSON = JsonMapper.builder().build();
  private static final String INVALID = "continue key is not valid";

  /** The token for the rest of a list whose last item was {@code key}. */
  public static ContinueToken after(String key, long revision) {
    return new ContinueToken(revision, key + "\0");
  }

  public String encode() {
    String json =
        "{\"v\":\""
            + VERSION
            + "\",\"rv\":"
            + revision
            + ",\"start\":"
            + GoText.json(startKey)
            + "}";
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * @throws ApiException 400 if the text is not a valid token
   */
  public static ContinueToken decode(String text) {
    JsonNode token;
    try {
      if (text.indexOf('=') >= 0) {
        throw refused(INVALID + ": illegal base64 data at input byte " + text.indexOf('='));
      }
      token = JSON.readTree(Base64.getUrlDecoder().decode(text.replaceAll("[\r\n]", "")));
    } catch (IllegalArgumentException e) {
      throw refused(INVALID + ": illegal base64 data");
    } catch (IOException e) {
      // The parser's message is in the library's words and may quote anything, so it is dropped.
      throw refused(INVALID + ": not JSON");
    }
    if (token == null || !token.isObject()) {
      throw refused(INVALID + ": not an object");
    }
    JsonNode revision = token.path("rv");
    JsonNode start = token.path("start");
    if (!token.path("v").asText().equals(VERSION)) {
      throw refused(
          INVALID + ": server does not recognize this encoded version " + token.path("v").asText());
    }
    if (!(revision.isMissingNode() || revision.canConvertToLong() && revision.isIntegralNumber())
        || !(start.isMissingNode() || start.isTextual())) {
      throw refused(INVALID + ": a member is of the wrong type");
    }
    if (revision.asLong() == 0) {
      throw refused(
          INVALID + ": incorrect encoded start resourceVersion (version " + VERSION + ")");
    }
    String key = start.asText();
    if (key.isEmpty()) {
      throw refused(INVALID + ": encoded start key empty (version " + VERSION + ")");
    }
    if (!clean(key)) {
      // a key with dots or empty parts could lead out of the resource's prefix
      throw refused(INVALID + ": " + key);
    }
    return new ContinueToken(revision.asLong(), key.startsWith("/") ? key.substring(1) : key);
  }

  /** Whether Go's {@code path.Clean} would return the key unchanged. */
  private static boolean clean(String key) {
    String[] parts = (key.startsWith("/") ? key.substring(1) : key).split("/", -1);
    for (String part : parts) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        return parts.length == 1 && part.isEmpty();
      }
    }
    return true;
  }

  private static ApiException refused(String why) {
    return ApiException.badRequest("invalid continue token: " + why);
  }
}
