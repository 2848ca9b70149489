package dev.rheo.resource.rules.extension;

import dev.rheo.api.name.Names;
import dev.rheo.resource.rules.kind.Field;
import java.util.List;
import java.util.Locale;

/** Checks of the names of a custom resource. */
final class DefinitionNames {
  private DefinitionNames() {}

  /** Checks names of a spec, where some must not be missing. */
  static void checkRequired(Field names) {
    for (String name : new String[] {"plural", "singular", "kind", "listKind"}) {
      names.at(name).need("");
    }
    check(names);
  }

  static void check(Field names) {
    label(names.at("plural"));
    label(names.at("singular"));
    kind(names.at("kind"));
    kind(names.at("listKind"));
    names.at("shortNames").items().forEach(DefinitionNames::always);
    Field list = names.at("listKind");
    if (!list.isEmpty() && names.at("kind").is(list.text())) {
      list.invalid("kind and listKind may not be the same");
    }
    names.at("categories").items().forEach(DefinitionNames::always);
  }

  private static void label(Field name) {
    if (!name.isEmpty()) {
      always(name);
    }
  }

  /** Demands a label, with all faults in one message. */
  static void always(Field name) {
    List<String> faults = Names.dns1035Label(name.text());
    if (!faults.isEmpty()) {
      name.invalid(String.join(",", faults));
    }
  }

  private static void kind(Field kind) {
    List<String> faults = Names.dns1035Label(kind.text().toLowerCase(Locale.ROOT));
    if (!kind.isEmpty() && !faults.isEmpty()) {
      kind.invalid("may have mixed case, but should otherwise match: " + String.join(",", faults));
    }
  }
}
