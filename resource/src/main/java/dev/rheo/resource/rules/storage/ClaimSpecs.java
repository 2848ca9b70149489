package dev.rheo.resource.rules.storage;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.rheo.api.name.Names;
import dev.rheo.api.status.GoText;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.LabelRules;
import dev.rheo.resource.rules.kind.LabelSelectors;
import dev.rheo.resource.rules.kind.Quantities;
import java.util.List;
import java.util.function.Consumer;

/** The specs of claims, as objects and as templates in ephemeral volumes. */
public final class ClaimSpecs {
  static final List<String> ACCESS_MODES =
      List.of("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod");
  static final List<String> VOLUME_MODES = List.of("Block", "Filesystem");

  /** Fields of metadata that a template cannot have, and how upstream spells them in paths. */
  private static final List<List<String>> NOT_IN_TEMPLATES =
      List.of(
          List.of("name"),
          List.of("generateName"),
          List.of("namespace"),
          List.of("selfLink"),
          List.of("uid", "uID"),
          List.of("resourceVersion"),
          List.of("generation"),
          List.of("creationTimestamp"),
          List.of("deletionTimestamp"),
          List.of("deletionGracePeriodSeconds"),
          List.of("ownerReferences"),
          List.of("finalizers"),
          List.of("managedFields"));

  private ClaimSpecs() {}

  /**
   * What the stored claim has already, and may therefore keep.
   *
   * @param anySelectorValue values in its selector that are none of labels
   * @param anyGroup a group in its data source that is none
   */
  record Leniency(boolean anySelectorValue, boolean anyGroup) {
    static final Leniency NONE = new Leniency(false, false);
  }

  static void template(Field template) {
    Field metadata = template.at("metadata");
    LabelRules.annotations(metadata.at("annotations"));
    LabelRules.labels(metadata.at("labels"));
    for (List<String> name : NOT_IN_TEMPLATES) {
      Field field = metadata.at(name.getFirst());
      boolean set = !field.isEmpty() && !(name.contains("generation") && field.number() == 0);
      if (set) {
        field.named(name.getLast()).forbidden("cannot be set");
      }
    }
    validate(template.at("spec"));
  }

  /** Checks the spec of a new claim. */
  public static void validate(Field spec) {
    validate(spec, Leniency.NONE);
  }

  static void validate(Field spec, Leniency leniency) {
    Field modes = spec.at("accessModes");
    modes.need("at least 1 access mode is required");
    LabelSelectors.validate(spec.at("selector"), leniency.anySelectorValue);
    accessModes(modes);
    storage(spec);
    className(spec.at("storageClassName"));
    if (spec.at("volumeMode").present()) {
      spec.at("volumeMode").oneOf(VOLUME_MODES);
    }
    dataSources(spec, leniency);
    className(spec.at("volumeAttributesClassName"));
  }

  static void accessModes(Field modes) {
    boolean oneOfAll = false;
    boolean other = false;
    for (Field mode : modes.items()) {
      boolean known = mode.placed(modes).oneOf(ACCESS_MODES);
      boolean oncePod = mode.is("ReadWriteOncePod");
      oneOfAll |= oncePod;
      other |= known && !oncePod;
    }
    if (oneOfAll && other) {
      modes.forbidden("may not use ReadWriteOncePod with other access modes");
    }
  }

  private static void storage(Field spec) {
    Field storage = spec.at("resources", "requests").key("storage");
    Field place = storage.placed(spec.at("resources").key("storage"));
    if (storage.absent()) {
      place.required("");
    } else {
      Quantities.positive(place);
    }
  }

  static void className(Field name) {
    if (!name.isEmpty()) {
      name.check(Names::dnsSubdomain);
    }
  }

  private static void dataSources(Field spec, Leniency leniency) {
    Field source = spec.at("dataSource");
    Field reference = spec.at("dataSourceRef");
    if (source.present()) {
      dataSource(source, leniency);
    }
    if (reference.present()) {
      dataSource(reference, leniency);
      if (!reference.at("namespace").isEmpty()) {
        reference.at("namespace").check(Names::dnsLabel);
      }
    }
    if (source.absent() || reference.absent()) {
      return;
    }
    // upstream shows the path of the source, which it prints as an empty object
    if (!reference.at("namespace").isEmpty()) {
      spec.invalid(
          JsonNodeFactory.instance.objectNode(),
          "may not be specified when dataSourceRef.namespace is specified");
    } else if (!source.at("apiGroup").same(reference.at("apiGroup"))
        || !source.at("kind").is(reference.at("kind").text())
        || !source.at("name").is(reference.at("name").text())) {
      spec.invalid(JsonNodeFactory.instance.objectNode(), "must match dataSourceRef");
    }
  }

  private static void dataSource(Field source, Leniency leniency) {
    VolumeChecks.need(source, "name", "kind");
    String group = source.at("apiGroup").text();
    String kind = source.at("kind").text();
    if (group.isEmpty() && !kind.equals("PersistentVolumeClaim")) {
      source.invalid(kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
    }
    if (!group.isEmpty() && !leniency.anyGroup) {
      source.at("apiGroup").check(Names::dnsSubdomain);
    }
  }

  /** Warns of sizes that are no whole number of bytes. */
  public static void warn(Field spec, Consumer<String> warnings) {
    for (String which : List.of("requests", "limits")) {
      Field size = spec.at("resources", which).key("storage");
      if (!Quantities.isInteger(Quantities.amount(size))) {
        warnings.accept(
            size.path()
                + ": fractional byte value "
                + GoText.quote(size.text())
                + " is invalid, must be an integer");
      }
    }
  }
}
