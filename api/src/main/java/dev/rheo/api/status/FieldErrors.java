package dev.rheo.api.status;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The distinct errors of a validation, at most {@link Details#MAX_CAUSES}. The client's input
 * decides how many errors there are, so they are bounded where they are collected: a loop over the
 * input stops when this collection {@linkplain #isFull() is full}, and errors added after that are
 * dropped.
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

  /** Adds one error for each fault of a value. */
  public void invalid(String field, String value, List<String> faults) {
    for (String fault : faults) {
      add(FieldError.invalid(field, value, fault));
    }
  }

  public int size() {
    return kept.size();
  }

  public boolean isEmpty() {
    return kept.isEmpty();
  }

  /** Whether an error has been dropped already, so that further ones would be dropped too. */
  public boolean isFull() {
    return more;
  }

  /** In the order in which they were found. */
  public List<FieldError> toList() {
    return List.copyOf(kept);
  }

  /**
   * @throws ApiException 422 Invalid, if there are errors
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
