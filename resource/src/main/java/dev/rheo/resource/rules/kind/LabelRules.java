package dev.rheo.resource.rules.kind;

import dev.rheo.api.name.Names;
import java.util.Locale;

/** Checks labels and annotations at any place of an object. */
public final class LabelRules {
  /** Upper bound on all annotation keys and values together, in bytes of UTF-8. */
  private static final int ANNOTATIONS_MAX = 256 << 10;

  private LabelRules() {}

  /** Checks a map of labels. */
  public static void labels(Field labels) {
    for (Field label : labels.entries()) {
      label(labels, label.name(), label.text());
    }
  }

  private static void label(Field labels, String key, String value) {
    for (String fault : Names.labelKey(key)) {
      labels.invalid(key, fault);
    }
    for (String fault : Names.labelValue(value)) {
      labels.invalid(value, fault);
    }
  }

  /** Checks a map of annotations. */
  public static void annotations(Field annotations) {
    long size = 0;
    for (Field annotation : annotations.entries()) {
      String key = annotation.name();
      for (String fault : Names.labelKey(key.toLowerCase(Locale.ROOT))) {
        annotations.invalid(key, fault);
      }
      size += Syntax.bytes(key) + Syntax.bytes(annotation.text());
    }
    if (size > ANNOTATIONS_MAX) {
      annotations.tooLong(ANNOTATIONS_MAX);
    }
  }
}
