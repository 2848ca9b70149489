package dev.rheo.cel.admission;

import static dev.rheo.cel.type.DeclType.BOOL;
import static dev.rheo.cel.type.DeclType.DYN;
import static dev.rheo.cel.type.DeclType.INT;
import static dev.rheo.cel.type.DeclType.STRING;
import static dev.rheo.cel.type.DeclType.TIMESTAMP;
import static dev.rheo.cel.type.DeclType.UNLIMITED;
import static dev.rheo.cel.type.DeclType.list;
import static dev.rheo.cel.type.DeclType.map;
import static dev.rheo.cel.type.DeclType.object;

import dev.rheo.cel.type.DeclType;
import java.util.Map;

/** The types of the variables that are no objects of the API, or only a part of one. */
final class AdmissionTypes {
  private static final DeclType STRINGS = list(STRING, UNLIMITED);
  private static final DeclType TEXTS = map(STRING, STRING, UNLIMITED);

  private static final DeclType KIND =
      object(
          "kubernetes.GroupVersionKind",
          Map.of("group", STRING, "version", STRING, "kind", STRING));

  private static final DeclType RESOURCE =
      object(
          "kubernetes.GroupVersionResource",
          Map.of("group", STRING, "version", STRING, "resource", STRING));

  private static final DeclType USER =
      object(
          "kubernetes.UserInfo",
          Map.of(
              "username",
              STRING,
              "uid",
              STRING,
              "groups",
              STRINGS,
              "extra",
              map(STRING, STRINGS, UNLIMITED)));

  static final DeclType REQUEST =
      object(
          "kubernetes.AdmissionRequest",
          Map.ofEntries(
              Map.entry("kind", KIND),
              Map.entry("resource", RESOURCE),
              Map.entry("subResource", STRING),
              Map.entry("requestKind", KIND),
              Map.entry("requestResource", RESOURCE),
              Map.entry("requestSubResource", STRING),
              Map.entry("name", STRING),
              Map.entry("namespace", STRING),
              Map.entry("operation", STRING),
              Map.entry("userInfo", USER),
              Map.entry("dryRun", BOOL),
              Map.entry("options", DYN)));

  private static final DeclType METADATA =
      object(
          "kubernetes.NamespaceMetadata",
          Map.ofEntries(
              Map.entry("name", STRING),
              Map.entry("generateName", STRING),
              Map.entry("namespace", STRING),
              Map.entry("labels", TEXTS),
              Map.entry("annotations", TEXTS),
              Map.entry("UID", STRING),
              Map.entry("creationTimestamp", TIMESTAMP),
              Map.entry("deletionGracePeriodSeconds", INT),
              Map.entry("deletionTimestamp", TIMESTAMP),
              Map.entry("generation", INT),
              Map.entry("resourceVersion", STRING),
              Map.entry("finalizers", STRINGS)));

  private static final DeclType CONDITION =
      object(
          "kubernetes.NamespaceCondition",
          Map.of(
              "status",
              STRING,
              "type",
              STRING,
              "lastTransitionTime",
              TIMESTAMP,
              "message",
              STRING,
              "reason",
              STRING));

  static final DeclType NAMESPACE =
      object(
          "kubernetes.Namespace",
          Map.of(
              "metadata",
              METADATA,
              "spec",
              object("kubernetes.NamespaceSpec", Map.of("finalizers", STRINGS)),
              "status",
              object(
                  "kubernetes.NamespaceStatus",
                  Map.of("conditions", list(CONDITION, UNLIMITED), "phase", STRING))));

  private AdmissionTypes() {}
}
