package dev.rheo.api.options;

import dev.rheo.api.status.ApiException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the client of a watch list holds already, as it says in the header {@value #HEADER}: the
 * state of a collection at {@link #revision}, but for the keys up to and including {@link #until}
 * the state at {@link #untilRevision}. The server need not send it what has not changed since.
 *
 * <pre>
 *   Rheo-Have: history=1b4e28ba-2fa1-11d2-883f-0016d3cca427; revision=9041
 *   Rheo-Have: history=1b4e28ba-2fa1-11d2-883f-0016d3cca427; revision=0; until=kube-system/coredns@9177
 * </pre>
 *
 * <p>The parameters are separated by semicolons, with optional blanks around them, in any order,
 * each at most once. {@code until} is an {@link EscapedKey}, an at sign and a revision. A parameter
 * that is not known is refused rather than passed over, because it might narrow what the client
 * claims. A held state may be stated as older than it is, never as newer.
 *
 * <p>Source: docs/informer-protocol.md.
 *
 * @param history the {@link InitialState#history} that the revisions belong to
 * @param revision 0 if the client holds nothing beyond {@code until}
 * @param until a key, in the order of initial events; null if {@code revision} holds for all keys
 * @param untilRevision 0 if {@code until} is null
 */
public record HeldState(String history, long revision, @Nullable String until, long untilRevision) {

  /** The name of the header field of the request. */
  public static final String HEADER = "Rheo-Have";

  private static final String HISTORY = "history";
  private static final String REVISION = "revision";
  private static final String UNTIL = "until";
  private static final Set<String> PARAMETERS = Set.of(HISTORY, REVISION, UNTIL);

  /** Enough for every revision that there is, and it cannot overflow. */
  private static final int MAX_DIGITS = 18;

  /** The longest field: a key of escapes alone, and what stands around it. */
  private static final int MAX_LENGTH = 3 * EscapedKey.MAX_BYTES + 256;

  /**
   * Reads the header.
   *
   * @param fields the header fields of this name
   * @return null if there are none
   * @throws ApiException 400 if there are several, or one that is malformed
   */
  public static @Nullable HeldState parse(List<String> fields) {
    if (fields.isEmpty()) {
      return null;
    }
    if (fields.size() > 1) {
      throw malformed("there may be one only");
    }
    Map<String, String> given = parameters(fields.getFirst());
    String until = given.get(UNTIL);
    int at = until == null ? -1 : until.lastIndexOf('@');
    String key = null;
    long untilRevision = 0;
    if (until != null) {
      key = at < 0 ? null : EscapedKey.parse(until.substring(0, at));
      if (key == null) {
        throw malformed("until is not an escaped key, an at sign and a revision");
      }
      untilRevision = revision(UNTIL, until.substring(at + 1));
    }
    String history = given.getOrDefault(HISTORY, "");
    if (!isHistory(history)) {
      throw malformed("history is not 1 to 64 letters, digits and hyphens");
    }
    return new HeldState(
        history, revision(REVISION, given.getOrDefault(REVISION, "")), key, untilRevision);
  }

  private static Map<String, String> parameters(String field) {
    if (field.length() > MAX_LENGTH) {
      throw malformed("it is longer than %d bytes".formatted(MAX_LENGTH));
    }
    Map<String, String> parameters = new HashMap<>();
    for (String part : field.split(";", -1)) {
      int equals = part.indexOf('=');
      String name = equals < 0 ? "" : part.substring(0, equals).strip();
      if (!PARAMETERS.contains(name)) {
        throw malformed("it has a part that is not history=, revision= or until=");
      }
      if (parameters.put(name, part.substring(equals + 1).strip()) != null) {
        throw malformed(name + " is given twice");
      }
    }
    return parameters;
  }

  private static boolean isHistory(String text) {
    return !text.isEmpty()
        && text.length() <= 64
        && text.chars()
            .allMatch(
                c ->
                    (c >= 'a' && c <= 'z')
                        || (c >= 'A' && c <= 'Z')
                        || (c >= '0' && c <= '9')
                        || c == '-');
  }

  private static long revision(String parameter, String digits) {
    if (digits.isEmpty()
        || digits.length() > MAX_DIGITS
        || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw malformed("the revision in %s is not 1 to %d digits".formatted(parameter, MAX_DIGITS));
    }
    return Long.parseLong(digits);
  }

  private static ApiException malformed(String why) {
    return ApiException.badRequest("the header %s is malformed: %s".formatted(HEADER, why));
  }

  /** Whether a state of this history and revision can be compared with what is held. */
  public boolean isComparable(String history, long revision) {
    return this.history.equals(history)
        && this.revision <= revision
        && this.untilRevision <= revision;
  }
}
