package dev.rheo.api.status;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The {@code v1.Status} object, the response where there is no object to return, above all a
 * refusal. Its size as JSON is bounded whatever the client sent: {@value #MAX_MESSAGE} bytes for
 * the message and {@value #MAX_BYTES} in total. Text that does not fit is cut and marked as cut.
 *
 * @param resourceVersion {@code metadata.resourceVersion}, empty but for a completed deletion
 * @param continueToken {@code metadata.continue}, empty but for an expired list that may be resumed
 *     inconsistently
 * @param status {@code Success} or {@code Failure}
 * @param message for humans
 * @param reason a machine-readable word such as {@code NotFound}, may be empty
 * @param details what the status is about, null for none
 * @param code the HTTP status code
 */
public record Status(
    String resourceVersion,
    String continueToken,
    String status,
    String message,
    String reason,
    @Nullable Details details,
    int code) {

  /** The largest size of a Status as JSON, in bytes. */
  public static final int MAX_BYTES = 64 << 10;

  /** The largest size of a message as JSON, in bytes. */
  static final int MAX_MESSAGE = 24 << 10;

  private static final int MAX_REASON = 256;

  public static final String SUCCESS = "Success";
  public static final String FAILURE = "Failure";

  public Status {
    message = Excerpt.cutJson(message, MAX_MESSAGE);
    reason = Excerpt.cutJson(reason, MAX_REASON);
  }

  /** A refusal. */
  public static Status failure(int code, String reason, String message, @Nullable Details details) {
    return new Status("", "", FAILURE, message, reason, details, code);
  }

  /**
   * The response to a completed deletion.
   *
   * @param kind the resource (plural)
   * @param revision of the deletion, as upstream tells since 1.38; 0 to leave it out
   */
  public static Status deleted(String group, String kind, String name, String uid, long revision) {
    return new Status(
        revision == 0 ? "" : Long.toString(revision),
        "",
        SUCCESS,
        "",
        "",
        new Details(name, group, kind, uid, List.of(), 0),
        // upstream leaves out the code of a success
        0);
  }

  public Status withContinue(String token) {
    return new Status(resourceVersion, token, status, message, reason, details, code);
  }

  /** The seconds that a client should wait before it retries, 0 if not set. */
  public int retryAfterSeconds() {
    return details == null ? 0 : details.retryAfterSeconds();
  }

  /** Compact JSON in upstream's order of fields, without a line feed at the end. */
  public byte[] toJson() {
    return json().getBytes(StandardCharsets.UTF_8);
  }

  private String json() {
    StringBuilder out = new StringBuilder(256);
    out.append("{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{");
    Fields meta = new Fields(out);
    meta.add("resourceVersion", resourceVersion);
    meta.add("continue", continueToken);
    out.append('}');
    Fields fields = new Fields(out).after();
    fields.add("status", status);
    fields.add("message", message);
    fields.add("reason", reason);
    if (details != null) {
      fields.name("details");
      appendDetails(out, details);
    }
    fields.add("code", code);
    return out.append('}').toString();
  }

  private static void appendDetails(StringBuilder out, Details details) {
    out.append('{');
    Fields fields = new Fields(out);
    fields.add("name", details.name());
    fields.add("group", details.group());
    fields.add("kind", details.kind());
    fields.add("uid", details.uid());
    if (!details.causes().isEmpty()) {
      fields.name("causes");
      out.append('[');
      for (int i = 0; i < details.causes().size(); i++) {
        Cause cause = details.causes().get(i);
        out.append(i == 0 ? "{" : ",{");
        Fields causeFields = new Fields(out);
        causeFields.add("reason", cause.reason());
        causeFields.add("message", cause.message());
        causeFields.add("field", cause.field());
        out.append('}');
      }
      out.append(']');
    }
    fields.add("retryAfterSeconds", details.retryAfterSeconds());
    out.append('}');
  }

  /** Appends the members of one JSON object; empty strings and zeros are left out. */
  private static final class Fields {
    private final StringBuilder out;
    private boolean first = true;

    Fields(StringBuilder out) {
      this.out = out;
    }

    Fields after() {
      first = false;
      return this;
    }

    void name(String name) {
      out.append(first ? "\"" : ",\"").append(name).append("\":");
      first = false;
    }

    void add(String name, String value) {
      if (!value.isEmpty()) {
        name(name);
        GoText.appendJson(out, value);
      }
    }

    void add(String name, int value) {
      if (value != 0) {
        name(name);
        out.append(value);
      }
    }
  }
}
