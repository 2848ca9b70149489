package dev.rheo.api.status;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The faults that a validation finds, each once and as many as an answer can show. What one sends
 * decides how many there are, so they are bounded here, where they are collected: a loop over what
 * was sent ends when it {@linkplain #isFull() is full}, and what is added after that is passed
 * over.
 *
 * <p>Not thread-safe.
 */
public final class FieldErrors {
  private final Set<FieldError> kept = new LinkedHashSet<>();
  private boolean more;

  public void add(FieldError error) {
    if (kept.size() < Details.MAX_CAUSES) {
      kept.add(error);
    } else if (!kept.contains(error)) {
      more = true;
    }
  }

  /** One error for each fault that a check of a value named. */
  public void invalid(String field, String value, List<String> faults) {
    for (String fault : faults) {
      add(FieldError.invalid(field, value, fault));
    }
  }

  public boolean isEmpty() {
    return kept.isEmpty();
  }

  /** Whether there are more than are kept, so that what else is found would not be told. */
  public boolean isFull() {
    return more;
  }

  /** In the order in which they were found. */
  public List<FieldError> toList() {
    return List.copyOf(kept);
  }

  /**
   * @throws ApiException 422 Invalid, if there are any
   */
  public void refuse(String group, String kind, String name) {
    if (!isEmpty()) {
      throw ApiException.invalid(group, kind, name, this);
    }
  }

  List<Cause> causes() {
    List<Cause> causes = new ArrayList<>(kept.size() + 1);
    kept.forEach(error -> causes.add(error.cause()));
    if (more) {
      causes.add(Details.FURTHER);
    }
    return causes;
  }

  /** All messages in one text; in brackets if there are several. */
  public String message() {
    return FieldError.join(kept, more);
  }
}
