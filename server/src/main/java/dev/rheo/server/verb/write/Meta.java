package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A view of an object's metadata that reads and changes its tree in place. */
final class Meta {
  static final String ORPHAN = "orphan";
  static final String FOREGROUND = "foregroundDeletion";

  private final ObjectNode metadata;

  private Meta(ObjectNode metadata) {
    this.metadata = metadata;
  }

  /** Adds the metadata if the object has none. */
  static Meta of(ObjectNode object) {
    return new Meta(Trees.metadata(object));
  }

  ObjectNode tree() {
    return metadata;
  }

  private String text(String field) {
    return metadata.path(field).asText("");
  }

  private void set(String field, String value) {
    if (value.isEmpty()) {
      metadata.remove(field);
    } else {
      metadata.put(field, value);
    }
  }

  String name() {
    return text("name");
  }

  void name(String name) {
    set("name", name);
  }

  String generateName() {
    return text("generateName");
  }

  String namespace() {
    return text("namespace");
  }

  void namespace(String namespace) {
    set("namespace", namespace);
  }

  String uid() {
    return text("uid");
  }

  void uid(String uid) {
    set("uid", uid);
  }

  String resourceVersion() {
    return text("resourceVersion");
  }

  void resourceVersion(String version) {
    set("resourceVersion", version);
  }

  void created(Instant at) {
    metadata.put("creationTimestamp", time(at));
  }

  boolean isDeleting() {
    return deletionTimestamp() != null;
  }

  @Nullable Instant deletionTimestamp() {
    String text = text("deletionTimestamp");
    try {
      return text.isEmpty() ? null : Instant.parse(text);
    } catch (DateTimeParseException e) {
      // Stored times were validated; a damaged one counts as set.
      return Instant.EPOCH;
    }
  }

  @Nullable Long gracePeriod() {
    JsonNode value = metadata.get("deletionGracePeriodSeconds");
    return value == null || value.isNull() ? null : value.asLong();
  }

  /** Marks the object for deletion at a time. */
  void deleting(Instant at, long gracePeriodSeconds) {
    metadata.put("deletionTimestamp", time(at));
    metadata.put("deletionGracePeriodSeconds", gracePeriodSeconds);
  }

  void deletionTimestamp(Instant at) {
    metadata.put("deletionTimestamp", time(at));
  }

  void bumpGeneration() {
    long generation = metadata.path("generation").asLong();
    if (generation > 0) {
      metadata.put("generation", generation + 1);
    }
  }

  List<String> finalizers() {
    return new ArrayList<>(Trees.strings(metadata, "finalizers"));
  }

  void finalizers(List<String> finalizers) {
    if (finalizers.isEmpty()) {
      metadata.remove("finalizers");
    } else {
      ArrayNode list = metadata.putArray("finalizers");
      finalizers.forEach(list::add);
    }
  }

  /** Removes the fields of a new object that only the server may set. */
  void wipeSystemFields() {
    metadata.remove(
        List.of(
            "creationTimestamp",
            "uid",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
            "selfLink"));
  }

  Map<String, String> map(String field) {
    Map<String, String> map = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : metadata.path(field).properties()) {
      map.put(entry.getKey(), entry.getValue().asText());
    }
    return map;
  }

  void putAll(String field, Map<String, String> entries) {
    if (!entries.isEmpty()) {
      entries.forEach(Trees.need(metadata, field)::put);
    }
  }

  /**
   * Removes owner references that repeat an earlier one.
   *
   * @return the uids of the removed references
   */
  List<String> dedupOwners() {
    if (!(metadata.get("ownerReferences") instanceof ArrayNode owners) || owners.size() < 2) {
      return List.of();
    }
    List<String> duplicates = new ArrayList<>(0);
    Set<String> seen = new HashSet<>();
    ArrayNode kept = owners.arrayNode();
    for (JsonNode owner : owners) {
      if (seen.add(Trees.identity(owner))) {
        kept.add(owner);
      } else {
        duplicates.add(owner.path("uid").asText(""));
      }
    }
    if (!duplicates.isEmpty()) {
      metadata.set("ownerReferences", kept);
    }
    return duplicates;
  }

  static String time(Instant at) {
    return at.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
