package dev.rheo.resource.rules.vectors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.builtin.BuiltInResources;
import dev.rheo.resource.rules.Validation;
import dev.rheo.resource.rules.WritePreparation;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.resource.type.WriteContext;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The writes of one resource that kube-apiserver's own code judged (tools/validation), and what
 * Rheo says of them.
 */
final class Vectors {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Instant NOW = Instant.parse("2031-07-08T09:10:11Z");
  private static final String UID = "00000000-0000-4000-8000-000000000001";
  private static final String BORN = "2026-01-02T03:04:05Z";

  /** What differs between the two. */
  enum Difference {
    /** One refuses what the other takes, or the faults have other reasons or fields. */
    VERDICT,
    /** The faults are the same, their messages are not. */
    MESSAGE,
    /** What is stored differs. */
    OBJECT,
    /** The warnings differ. */
    WARNING
  }

  /**
   * @param line of the vector in the file
   * @param place the operation and the path that is changed: {@code update/status/spec/replicas}
   * @param detail what each says
   */
  record Disagreement(
      Difference difference, int line, String place, String vector, String detail) {}

  /** What came of all vectors of a resource. */
  record Result(String resource, int count, List<Disagreement> disagreements) {
    int count(Difference difference) {
      return (int) disagreements.stream().filter(d -> d.difference == difference).count();
    }
  }

  private record Base(ObjectNode object, @Nullable ObjectNode result) {}

  private final ResourceType type;
  private final List<Base> bases = new ArrayList<>();
  private final List<Disagreement> disagreements = new ArrayList<>();
  private int count;

  private Vectors(ResourceType type) {
    this.type = type;
  }

  /**
   * @param name of the resource: {@code pods.v1}, {@code deployments.v1.apps}
   */
  static Result judge(String name, InputStream file) throws IOException {
    String[] part = name.split("\\.", 3);
    String group = part.length == 2 ? "" : part[2];
    Vectors vectors =
        new Vectors(
            Objects.requireNonNull(
                BuiltInResources.registry().find(group, part[1], part[0]), name));
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(new GZIPInputStream(file), StandardCharsets.UTF_8))) {
      int number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        JsonNode node = JSON.readTree(line);
        if (node.has("base")) {
          vectors.bases.add(
              new Base(
                  (ObjectNode) node.get("object"),
                  node.get("result") instanceof ObjectNode result ? result : null));
        } else {
          vectors.judge(node, number, line);
        }
      }
    }
    return new Result(name, vectors.count, vectors.disagreements);
  }

  private void judge(JsonNode vector, int number, String line) {
    count++;
    Base base = bases.get(vector.get("b").asInt());
    String op = vector.get("op").asText();
    boolean create = op.equals("create");
    String subresource = op.contains("/") ? op.substring(op.indexOf('/') + 1) : "";
    ObjectNode before = create ? base.object : stored(base);
    ObjectNode input = changed(before, vector);
    Set<String> warnings = new LinkedHashSet<>();
    WriteContext context =
        new WriteContext(
            NOW,
            "admin",
            "admin",
            List.of("system:masters", "system:authenticated"),
            Map.of(),
            "",
            warnings);
    JsonNode faults = vector.get("e");
    ObjectNode object;
    try {
      object = create ? create(input, context) : update(input, before, subresource, context);
    } catch (ApiException refused) {
      List<String> ours = causes(refused);
      List<String> theirs = causes(faults);
      Set<String> ourFields = fields(ours);
      Set<String> theirFields = fields(theirs);
      if (refused.code() != 422 || !ourFields.equals(theirFields)) {
        add(Difference.VERDICT, number, line, theirs, ours);
      } else if (!new TreeSet<>(ours).equals(cutAs(ours, theirs))) {
        add(Difference.MESSAGE, number, line, theirs, ours);
      }
      return;
    } catch (MalformedException refused) {
      add(Difference.VERDICT, number, line, causes(faults), List.of(refused.toString()));
      return;
    } catch (RuntimeException broken) {
      StackTraceElement[] trace = broken.getStackTrace();
      add(
          Difference.VERDICT,
          number,
          line,
          causes(faults),
          List.of(broken + " at " + (trace.length == 0 ? "?" : trace[0])));
      return;
    }
    if (faults != null) {
      add(Difference.VERDICT, number, line, causes(faults), List.of("accepted"));
      return;
    }
    ObjectNode expected = create && base.result != null ? changed(base.result, vector) : input;
    expected = patched(expected, vector.path("d"));
    String ours = comparable(object);
    String theirs = comparable(expected);
    if (!ours.equals(theirs)) {
      add(Difference.OBJECT, number, line, difference(theirs, ours), difference(ours, theirs));
    }
    List<String> expectedWarnings = new ArrayList<>();
    vector.path("w").forEach(text -> expectedWarnings.add(text.asText()));
    if (!new TreeSet<>(expectedWarnings).equals(new TreeSet<>(warnings))) {
      add(Difference.WARNING, number, line, expectedWarnings, new ArrayList<>(warnings));
    }
  }

  private ObjectNode create(ObjectNode input, WriteContext context) {
    ObjectNode object = decoded(input);
    ObjectNode metadata = Trees.metadata(object);
    if (type.namespaced()) {
      metadata.put("namespace", "default");
    } else {
      metadata.remove("namespace");
    }
    metadata.put("uid", UID).put("creationTimestamp", BORN);
    WritePreparation.forCreate(object, type, context);
    Validation.create(object, type, context);
    return type.conversion().fromStored(object);
  }

  private ObjectNode update(
      ObjectNode input, ObjectNode before, String subresource, WriteContext context) {
    ObjectNode object = decoded(input);
    ObjectNode old = decoded(before);
    WritePreparation.forUpdate(object, old, type, subresource, context);
    Validation.update(object, old, type, subresource, context);
    return type.conversion().fromStored(object);
  }

  /** As a body is decoded: canonical, defaulted, in the stored version. */
  private ObjectNode decoded(ObjectNode input) {
    ObjectNode given = input.deepCopy();
    given.put("kind", type.kind()).put("apiVersion", type.apiVersion());
    ObjectNode object = canonical(given);
    type.defaults().apply(object);
    type.conversion().toStored(object);
    return object;
  }

  private ObjectNode canonical(ObjectNode object) {
    byte[] json = object.toString().getBytes(StandardCharsets.UTF_8);
    return ObjectDecoder.decode(
            Canonicalizer.encode(ObjectDecoder.decode(json, 200).tree(), type.objectType()), 200)
        .tree();
  }

  /** Without the times of this run, printed with members in one order. */
  private String comparable(ObjectNode object) {
    ObjectNode copy = object.deepCopy();
    copy.put("kind", type.kind()).put("apiVersion", type.apiVersion());
    Trees.metadata(copy).remove("resourceVersion");
    // the oracle's NOW is no time, so it becomes ours before the tree is normalized
    String text = copy.toString().replace("\"NOW\"", "\"" + NOW + "\"");
    try {
      return Trees.identity(canonical((ObjectNode) JSON.readTree(text)));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The part in which the first differs from the second. */
  private static List<String> difference(String one, String other) {
    int start = 0;
    int limit = Math.min(one.length(), other.length());
    while (start < limit && one.charAt(start) == other.charAt(start)) {
      start++;
    }
    int end = 0;
    while (end < limit - start
        && one.charAt(one.length() - 1 - end) == other.charAt(other.length() - 1 - end)) {
      end++;
    }
    int from = Math.max(0, start - 40);
    return List.of(
        one.substring(from, start) + ">>>" + one.substring(start, one.length() - end) + "<<<");
  }

  private static ObjectNode stored(Base base) {
    ObjectNode stored = Objects.requireNonNull(base.result).deepCopy();
    if (base.object.has("status")) {
      stored.set("status", base.object.get("status"));
    }
    return stored;
  }

  private static ObjectNode changed(ObjectNode object, JsonNode vector) {
    ObjectNode copy = object.deepCopy();
    set(copy, (ArrayNode) vector.get("p"), vector.get("v"));
    return copy;
  }

  private static ObjectNode patched(ObjectNode object, JsonNode changes) {
    ObjectNode copy = object.deepCopy();
    for (JsonNode change : changes) {
      if (change.get(0).isEmpty()) {
        copy = change.get(1).deepCopy(); // the object as a whole
        continue;
      }
      set(copy, (ArrayNode) change.get(0), change.get(1));
    }
    return copy;
  }

  /**
   * Sets a place, or removes it if there is no value. A place below one that is missing is left.
   */
  private static void set(ObjectNode object, ArrayNode path, @Nullable JsonNode value) {
    JsonNode at = object;
    for (int i = 0; i < path.size(); i++) {
      JsonNode step = path.get(i);
      boolean last = i == path.size() - 1;
      if (at instanceof ArrayNode array && step.isInt()) {
        if (step.asInt() >= array.size()) {
          return;
        }
        if (last) {
          array.set(step.asInt(), value);
          return;
        }
        at = array.get(step.asInt());
      } else if (at instanceof ObjectNode node) {
        if (last) {
          if (value == null) {
            node.remove(step.asText());
          } else {
            node.set(step.asText(), value.deepCopy());
          }
          return;
        }
        at = node.get(step.asText());
      } else {
        return;
      }
    }
  }

  private static List<String> causes(ApiException refused) {
    try {
      List<String> causes = new ArrayList<>();
      for (JsonNode cause : JSON.readTree(refused.status().toJson()).at("/details/causes")) {
        causes.add(
            cause.path("reason").asText()
                + " "
                + cause.path("field").asText()
                + " "
                + cause.path("message").asText());
      }
      return causes.isEmpty() ? List.of(refused.code() + " " + refused.getMessage()) : causes;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<String> causes(@Nullable JsonNode faults) {
    List<String> causes = new ArrayList<>();
    if (faults == null) {
      return List.of("accepted");
    }
    for (JsonNode fault : faults) {
      causes.add(fault.get(0).asText() + " " + fault.get(1).asText() + " " + fault.get(2).asText());
    }
    return causes;
  }

  /** What upstream says, cut where Rheo cuts a long value or a long detail. */
  private static Set<String> cutAs(List<String> ours, List<String> theirs) {
    Set<String> cut = new TreeSet<>(theirs);
    for (String cause : ours) {
      int note = cause.indexOf(" (cut from ");
      if (note >= 0) {
        String start = cause.substring(0, note);
        String last = start.endsWith("\"") ? start.substring(0, start.length() - 1) : start;
        if (cut.removeIf(one -> one.startsWith(last))) {
          cut.add(cause);
        }
      }
    }
    return cut;
  }

  private static String place(String line) {
    try {
      JsonNode vector = JSON.readTree(line);
      StringBuilder place = new StringBuilder(vector.get("op").asText());
      for (JsonNode step : vector.get("p")) {
        place.append('/').append(step.asText().replace('/', '|'));
      }
      return place.toString();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Reason and field of each cause. */
  private static Set<String> fields(List<String> causes) {
    Set<String> fields = new TreeSet<>();
    for (String cause : causes) {
      String[] part = cause.split(" ", 3);
      fields.add(part[0] + (part.length > 1 ? " " + part[1] : ""));
    }
    return fields;
  }

  private void add(
      Difference difference, int number, String line, List<String> theirs, List<String> ours) {
    disagreements.add(
        new Disagreement(
            difference,
            number,
            place(line),
            line,
            "\n    upstream: "
                + String.join("\n              ", theirs)
                + "\n    rheo:     "
                + String.join("\n              ", ours)));
  }
}
