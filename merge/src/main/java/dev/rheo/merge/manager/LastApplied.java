package dev.rheo.merge.manager;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.tree.Trees;
import dev.rheo.merge.path.FieldSet;
import dev.rheo.merge.typed.Comparison;
import dev.rheo.merge.typed.Fields;
import dev.rheo.merge.typed.TypedException;
import dev.rheo.merge.typed.Validator;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * The way from client-side to server-side apply. {@code kubectl apply} keeps its last configuration
 * in an annotation; what it says, and what the object still has like that, is kubectl's own, so
 * that it is no conflict when kubectl applies it on the server.
 */
final class LastApplied {
  private static final String ANNOTATION = "kubectl.kubernetes.io/last-applied-configuration";

  /** As upstream: the annotations of an object together, in bytes. */
  private static final int MAX_ANNOTATIONS = 256 << 10;

  private LastApplied() {}

  /**
   * Checks that all conflicts are about fields that the client-side configuration says.
   *
   * @throws ConflictException with the conflicts that are not
   */
  static void requireOwn(ConflictException conflicts, Typed live, String apiVersion)
      throws ConflictException {
    FieldSet own;
    try {
      own = own(live, apiVersion);
    } catch (TypedException e) {
      throw conflicts;
    }
    List<Conflict> foreign =
        conflicts.conflicts().stream().filter(conflict -> !own.has(conflict.path())).toList();
    if (!foreign.isEmpty()) {
      throw new ConflictException(foreign);
    }
  }

  /** What the annotation says and the object still has; nothing if there is no such annotation. */
  private static FieldSet own(Typed live, String apiVersion) throws TypedException {
    byte[] text =
        Trees.text(live.value(), "metadata", "annotations", ANNOTATION)
            .getBytes(StandardCharsets.UTF_8);
    JsonNode last;
    try {
      last =
          text.length == 0
              ? JsonNodeFactory.instance.nullNode()
              : ObjectDecoder.decodeValue(text, 0, text.length, ObjectDecoder.MAX_DEPTH);
    } catch (MalformedException e) {
      return FieldSet.EMPTY;
    }
    if (!last.isObject() || !last.path("apiVersion").asText().equals(apiVersion)) {
      return FieldSet.EMPTY;
    }
    Validator.validate(last, live.type(), false);
    Comparison changed = Comparison.of(last, live.value(), live.type());
    return Fields.of(last, live.type())
        .difference(changed.modified())
        .difference(changed.added())
        .difference(changed.removed());
  }

  /**
   * Writes an applied configuration into the annotation, if the object has it.
   *
   * @param object changed: it gets annotations of its own
   */
  static void renew(ObjectNode object, ObjectNode configuration) {
    if (Trees.text(object, "metadata", "annotations", ANNOTATION).isEmpty()) {
      return;
    }
    ObjectNode said = JsonNodeFactory.instance.objectNode().setAll(configuration);
    if (said.get("metadata") instanceof ObjectNode metadata
        && metadata.get("annotations") instanceof ObjectNode annotations
        && annotations.has(ANNOTATION)) {
      ObjectNode others = JsonNodeFactory.instance.objectNode().setAll(annotations);
      others.remove(ANNOTATION);
      ObjectNode other = said.putObject("metadata").setAll(metadata);
      if (others.isEmpty()) {
        other.remove("annotations");
      } else {
        other.set("annotations", others);
      }
    }
    ObjectNode metadata = Trees.metadata(object);
    ObjectNode annotations =
        JsonNodeFactory.instance.objectNode().setAll(Trees.need(metadata, "annotations"));
    annotations.put(
        ANNOTATION,
        new String(Canonicalizer.encodeAnswer(said, null), StandardCharsets.UTF_8) + "\n");
    if (size(annotations) > MAX_ANNOTATIONS) {
      annotations.remove(ANNOTATION);
    }
    metadata.set("annotations", annotations);
  }

  private static long size(ObjectNode annotations) {
    long size = 0;
    for (Map.Entry<String, JsonNode> entry : annotations.properties()) {
      size += entry.getKey().getBytes(StandardCharsets.UTF_8).length;
      size += entry.getValue().asText().getBytes(StandardCharsets.UTF_8).length;
    }
    return size;
  }
}
