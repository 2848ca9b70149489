package dev.rheo.resource.rules.core;

import dev.rheo.api.name.Names;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.GoValues;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.rules.kind.Syntax;
import dev.rheo.resource.type.WriteRules;
import java.util.List;

/**
 * Rules for writes of events. Those in the API group of events have to fulfil more; their faults
 * are at the fields of the core group all the same.
 */
final class EventRules extends KindRules {
  private static final int NAME_MAX = 128;
  private static final int MESSAGE_MAX = 1024;

  /** Fields of old events, which new ones must not have. */
  private static final List<String> OLD = List.of("firstTimestamp", "lastTimestamp", "count");

  private static final String UNSET = "needs to be unset";

  private final boolean strict;

  /** The rules of the core group. */
  EventRules() {
    this(false);
  }

  private EventRules(boolean strict) {
    this.strict = strict;
  }

  @Override
  public WriteRules in(String apiVersion) {
    return apiVersion.equals("v1") ? this : new EventRules(true);
  }

  @Override
  public MetadataTurn metadataTurn() {
    return strict ? MetadataTurn.LAST : MetadataTurn.ALONE;
  }

  @Override
  protected void checkCreate(Field object) {
    common(object);
    if (!strict) {
      return;
    }
    Field metadata = object.at("metadata");
    if (!metadata.at("generateName").isEmpty()) {
      metadata.at("generateName").check(Names.Kind.DNS_SUBDOMAIN::validatePrefix);
    }
    if (!metadata.at("name").isEmpty()) {
      metadata.at("name").check(Names::dnsSubdomain);
    }
    finalizers(metadata);
    series(object.at("series"));
    object.at("eventTime").need("");
    Field type = object.at("type");
    if (!type.is("Normal") && !type.is("Warning")) {
      type.invalid("", "has invalid value: " + type.text());
    }
    for (String field : OLD) {
      if (!object.at(field).isEmpty() && !object.at(field).is("0")) {
        object.at(field).invalid("", UNSET);
      }
    }
    Field source = object.at("source");
    if (!source.at("component").isEmpty() || !source.at("host").isEmpty()) {
      source.invalid("", UNSET);
    }
  }

  private static void finalizers(Field metadata) {
    for (Field finalizer : metadata.at("finalizers").items()) {
      NamespaceRules.needDomain(finalizer);
    }
  }

  private static void series(Field series) {
    if (series.present()) {
      if (series.at("count").number() < 2) {
        series.at("count").invalid("", "should be at least 2");
      }
      series.at("lastObservedTime").need("");
    }
  }

  private void common(Field event) {
    Field namespace = event.at("metadata", "namespace");
    Field objectNamespace = event.at("involvedObject", "namespace");
    boolean isNew = !event.at("eventTime").isEmpty();
    if (!matches(objectNamespace.text(), namespace.text(), isNew)) {
      objectNamespace.invalid(objectNamespace.text(), "does not match event.namespace");
    }
    if (isNew) {
      Field controller =
          event
              .at("reportingComponent")
              .named(strict ? "reportingController" : "reportingComponent");
      controller.need("");
      controller.check(Names::labelKey);
      text(event.at("reportingInstance"), NAME_MAX, true);
      text(event.at("action"), NAME_MAX, true);
      text(event.at("reason"), NAME_MAX, true);
      text(event.at("message"), MESSAGE_MAX, false);
    }
    namespace.placed(event.at("namespace")).check(Names::dnsSubdomain);
  }

  /** Whether an event is in the namespace of its object, or where those of the cluster belong. */
  private static boolean matches(String object, String event, boolean isNew) {
    if (!object.isEmpty()) {
      return isNew || object.equals(event);
    }
    return event.equals("default") || (isNew ? event.equals("kube-system") : event.isEmpty());
  }

  private static void text(Field text, int maximum, boolean required) {
    if (required) {
      text.need("");
    }
    if (Syntax.bytes(text.text()) > maximum) {
      text.invalid("", "can have at most " + maximum + " characters");
    }
  }

  @Override
  protected void checkUpdate(Field object, Field old) {
    common(object);
    if (!strict) {
      return;
    }
    finalizers(object.at("metadata"));
    if (!object.at("series").same(old.at("series"))) {
      series(object.at("series"));
    }
    structure("core.ObjectReference", object.at("involvedObject"), old.at("involvedObject"));
    immutable(object, old, "reason", "message");
    structure("core.EventSource", object.at("source"), old.at("source"));
    for (String field : OLD) {
      object.at(field).immutable(old.at(field));
    }
    immutable(object, old, "type");
    object.at("eventTime").immutable(old.at("eventTime"));
    immutable(object, old, "action");
    structure("*core.ObjectReference", object.at("related"), old.at("related"));
    Field controller = object.at("reportingComponent").named("reportingController");
    if (!controller.is(old.at("reportingComponent").text())) {
      controller.invalid(controller.text(), "field is immutable");
    }
    immutable(object, old, "reportingInstance");
  }

  private static void immutable(Field object, Field old, String... texts) {
    for (String name : texts) {
      if (!object.at(name).is(old.at(name).text())) {
        object.at(name).invalid(object.at(name).text(), "field is immutable");
      }
    }
  }

  private static void structure(String type, Field now, Field before) {
    if (!GoValues.same(type, now.node(), before.node())) {
      now.invalid(GoValues.of(type, now.node()), "field is immutable");
    }
  }
}
