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
 * Where a list that was cut by its limit goes on: base64url without padding of {@code
 * {"v":"meta.k8s.io/v1","rv":N,"start":"ns/name\u0000"}}, exchangeable with kube-apiserver's.
 *
 * @param revision of the whole list, or {@link #LATEST}
 * @param startKey the first key that may come next, relative to the resource's prefix (without a
 *     slash in front); a list goes on after key {@code k} from {@code k + "\0"}
 */
public record ContinueToken(long revision, String startKey) {
  /** The list goes on at the latest revision, inconsistently. */
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
   * @throws ApiException 400 if it is not a token of this server
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
      // What the parser says of it is in the words of a library, which may show anything.
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

  /** Whether path.Clean of Go would leave it as it is. */
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
