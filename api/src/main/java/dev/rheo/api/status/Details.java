package dev.rheo.api.status;

import java.util.ArrayList;
import java.util.List;

/**
 * What a {@link Status} is about. Strings that do not apply are empty, {@code retryAfterSeconds} is
 * then 0. The size is always bounded: at most {@value #MAX_CAUSES} causes of {@value
 * #MAX_CAUSES_BYTES} bytes together, and {@value #MAX_TEXT} bytes of any other text, all as JSON.
 * If causes are left out, the last one says so.
 *
 * @param kind the plural resource or the kind, depending on the reason
 */
public record Details(
    String name, String group, String kind, String uid, List<Cause> causes, int retryAfterSeconds) {

  /** The most causes of one refusal. */
  public static final int MAX_CAUSES = 100;

  private static final int MAX_CAUSES_BYTES = 26 << 10;
  private static final int MAX_TEXT = 1024;

  /** Bytes of a cause's member names and punctuation in JSON. */
  private static final int CAUSE_OVERHEAD = 40;

  /** Stands for the causes that are left out. */
  static final Cause FURTHER = new Cause("", "there are others, which are not shown", "");

  public Details {
    name = Excerpt.cutJson(name, MAX_TEXT);
    group = Excerpt.cutJson(group, MAX_TEXT);
    kind = Excerpt.cutJson(kind, MAX_TEXT);
    uid = Excerpt.cutJson(uid, MAX_TEXT);
    causes = bounded(causes);
  }

  private static List<Cause> bounded(List<Cause> causes) {
    List<Cause> kept = new ArrayList<>(Math.min(causes.size(), MAX_CAUSES));
    int bytes = size(FURTHER);
    for (Cause cause : causes) {
      bytes += size(cause);
      if (bytes > MAX_CAUSES_BYTES
          || (kept.size() == MAX_CAUSES - 1 && causes.size() > MAX_CAUSES)) {
        if (!FURTHER.equals(kept.isEmpty() ? null : kept.getLast())) {
          kept.add(FURTHER);
        }
        break;
      }
      kept.add(cause);
    }
    return List.copyOf(kept);
  }

  private static int size(Cause cause) {
    return CAUSE_OVERHEAD
        + Excerpt.jsonBytes(cause.reason())
        + Excerpt.jsonBytes(cause.message())
        + Excerpt.jsonBytes(cause.field());
  }

  static Details of(String group, String kind, String name) {
    return new Details(name, group, kind, "", List.of(), 0);
  }

  static Details retryAfter(int seconds) {
    return new Details("", "", "", "", List.of(), seconds);
  }

  Details withCauses(List<Cause> newCauses) {
    return new Details(name, group, kind, uid, newCauses, retryAfterSeconds);
  }
}
