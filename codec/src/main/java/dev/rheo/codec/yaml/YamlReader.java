package dev.rheo.codec.yaml;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.GoText;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.io.Nodes;
import dev.rheo.codec.io.Truncated;
import dev.rheo.codec.io.Weights;
import dev.rheo.codec.json.ObjectDecoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.events.SequenceStartEvent;
import org.yaml.snakeyaml.parser.Parser;
import org.yaml.snakeyaml.parser.ParserImpl;

/**
 * Decodes the first YAML document of a text to a tree, event by event. Resolves types as upstream
 * does ({@link YamlTypes}), and aliases and merges within a budget.
 */
final class YamlReader {
  /** Most keys, scalars, aliases and containers in one document, as in CBOR. */
  static final int MAX_VALUES = 1_500_000;

  /** Most that aliases may add: each value and each character counts one. */
  static final int MAX_ALIASED = 3_000_000;

  /**
   * Deepest nesting of flow collections (braces and brackets). For each token, SnakeYAML's scanner
   * visits all that are open on the line, so a thousand of them make it a thousand times slower.
   */
  static final int MAX_FLOW_DEPTH = 100;

  private static final int MAX_DUPLICATES = 100;

  /** Most digits of an integer, which is at most the largest double. */
  private static final int BIG_DIGITS = 309;

  private static final Nodes NODES = Nodes.INSTANCE;

  /** Bytes of an entry in the map of anchors. */
  private static final int ANCHOR = 64;

  private static final Parser NOTHING = parser(new YamlText(new byte[0]));

  /** Copies of the longest scalar in memory: its parts, a buffer that grows, and the value. */
  private static final int COPIES = 4;

  private final byte[] yaml;
  private final Meter.Tally tally = Meter.tally();
  private Parser events = NOTHING;

  /** The values of anchors; null while a value is incomplete. */
  private final Map<String, @Nullable JsonNode> anchors = new HashMap<>();

  private final List<String> duplicates = new ArrayList<>(0);
  private int depth;
  private int flowDepth;
  private int containers;
  private int values;
  private int aliased;

  YamlReader(byte[] yaml) {
    this.yaml = yaml;
  }

  private static Parser parser(YamlText text) {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(Integer.MAX_VALUE); // the body's size is already limited
    return new ParserImpl(text, options);
  }

  ObjectDecoder.Decoded read() {
    try {
      YamlText text = new YamlText(yaml);
      tally.add((long) COPIES * (text.isLatin1() ? yaml.length : 2 * yaml.length));
      events = parser(text);
      events.getEvent(); // stream start
      if (events.checkEvent(Event.ID.StreamEnd)) {
        throw malformed("the body is empty");
      }
      events.getEvent(); // document start
      JsonNode value = node(next());
      events.getEvent(); // document end; upstream ignores what follows, too
      if (!(value instanceof ObjectNode object)) {
        throw malformed("an object is expected");
      }
      tally.settle();
      List<String> strict =
          duplicates.isEmpty()
              ? List.of()
              : List.of("yaml: unmarshal errors:\n  " + String.join("\n  ", duplicates));
      return new ObjectDecoder.Decoded(object, strict);
    } catch (MarkedYAMLException e) {
      throw malformed("yaml: " + YamlProblem.of(e));
    } catch (YAMLException e) {
      throw malformed("yaml: " + e.getMessage());
    } catch (YamlTypes.TypeException e) {
      throw malformed("yaml: " + e.getMessage());
    }
  }

  private static MalformedException malformed(String what) {
    return new MalformedException("error converting YAML to JSON: " + Truncated.of(what));
  }

  private NodeEvent next() {
    return (NodeEvent) events.getEvent();
  }

  private JsonNode node(NodeEvent event) {
    if (event instanceof AliasEvent alias) {
      JsonNode value = alias(alias);
      charge(value, depth);
      return value.isContainerNode() ? value.deepCopy() : value;
    }
    count();
    String anchor = event.getAnchor();
    if (anchor != null) {
      tally.add(ANCHOR + Weights.latin1(anchor.length()));
      anchors.put(anchor, null);
    }
    JsonNode value =
        switch (event) {
          case ScalarEvent scalar -> scalar(scalar);
          case SequenceStartEvent start -> sequence(start);
          case MappingStartEvent start -> mapping(start);
          default -> throw new IllegalStateException(event.toString());
        };
    if (anchor != null) {
      anchors.put(anchor, value);
    }
    return value;
  }

  private JsonNode scalar(ScalarEvent scalar) {
    JsonNode value = YamlTypes.resolve(scalar.getTag(), scalar.getValue(), scalar.isPlain());
    if (value.isTextual()) {
      tally.add(Weights.TEXT + Weights.string(value.textValue()));
    } else if (value.isNumber()) {
      tally.add(value.isBigInteger() ? Weights.bigNumber(BIG_DIGITS) : Weights.NUMBER);
    }
    return value;
  }

  private JsonNode alias(AliasEvent alias) {
    count();
    JsonNode value = anchors.get(alias.getAnchor());
    if (value == null) {
      throw new YamlTypes.TypeException(
          anchors.containsKey(alias.getAnchor())
              ? "anchor '" + alias.getAnchor() + "' value contains itself"
              : "unknown anchor '" + alias.getAnchor() + "' referenced");
    }
    return value;
  }

  /**
   * Charges the copy of an aliased value to the budget for aliases.
   *
   * @param around depth at which the copy is placed
   */
  private void charge(JsonNode value, int around) {
    if (around > ObjectDecoder.MAX_DEPTH) {
      throw new YamlTypes.TypeException("exceeded max depth");
    }
    int weight = value.isTextual() ? 1 + value.textValue().length() : 1;
    if (weight > MAX_ALIASED - aliased) {
      throw new YamlTypes.TypeException("document contains excessive aliasing");
    }
    aliased += weight;
    if (value instanceof ObjectNode object) {
      countContainer();
      tally.add(Weights.COPIED_OBJECT + (long) Weights.entry(1) * object.size());
      for (Map.Entry<String, JsonNode> member : object.properties()) {
        aliased += Math.min(member.getKey().length(), MAX_ALIASED - aliased);
        charge(member.getValue(), around + 1);
      }
    } else if (value instanceof ArrayNode array) {
      countContainer();
      tally.add(Weights.ARRAY + Weights.element(0) + (long) Weights.element(10) * array.size());
      for (JsonNode element : array) {
        charge(element, around + 1);
      }
    }
  }

  private void enter(CollectionStartEvent start) {
    if (++depth > ObjectDecoder.MAX_DEPTH) {
      throw new YamlTypes.TypeException(
          "line " + (start.getStartMark().getLine() + 1) + ": exceeded max depth");
    }
    if (start.isFlow() && ++flowDepth > MAX_FLOW_DEPTH) {
      throw new YamlTypes.TypeException(
          "line " + (start.getStartMark().getLine() + 1) + ": exceeded max depth of braces");
    }
    countContainer();
  }

  private void leave(CollectionStartEvent start) {
    depth--;
    if (start.isFlow()) {
      flowDepth--;
    }
  }

  private void countContainer() {
    if (++containers > ObjectDecoder.MAX_CONTAINERS) {
      throw new YamlTypes.TypeException(
          "more than " + ObjectDecoder.MAX_CONTAINERS + " objects and arrays");
    }
  }

  private void count() {
    if (++values > MAX_VALUES) {
      throw new YamlTypes.TypeException("more than " + MAX_VALUES + " values");
    }
  }

  private ArrayNode sequence(SequenceStartEvent start) {
    enter(start);
    tally.add(Weights.ARRAY);
    ArrayNode array = NODES.arrayNode();
    while (!events.checkEvent(Event.ID.SequenceEnd)) {
      tally.add(Weights.element(array.size()));
      array.add(node(next()));
    }
    events.getEvent();
    leave(start);
    return array;
  }

  private ObjectNode mapping(MappingStartEvent start) {
    enter(start);
    tally.add(Weights.OBJECT);
    ObjectNode object = NODES.objectNode();
    while (!events.checkEvent(Event.ID.MappingEnd)) {
      NodeEvent keyEvent = next();
      if (isMerge(keyEvent)) {
        merge(object, node(next()));
        continue;
      }
      String key = YamlTypes.key(node(keyEvent));
      tally.add(Weights.entry(object.size()));
      NodeEvent valueEvent = next();
      int line = valueEvent.getStartMark().getLine() + 1;
      if (object.replace(key, node(valueEvent)) != null && duplicates.size() < MAX_DUPLICATES) {
        duplicates.add(
            "line " + line + ": key " + GoText.quote(Truncated.of(key)) + " already set in map");
      }
    }
    events.getEvent();
    leave(start);
    return object;
  }

  private static boolean isMerge(NodeEvent event) {
    return event instanceof ScalarEvent scalar
        && scalar.getValue().equals("<<")
        && (scalar.getTag() == null ? scalar.isPlain() : scalar.getTag().endsWith(":merge"));
  }

  /** As in upstream, merged members replace earlier ones; of several mappings the first wins. */
  private void merge(ObjectNode object, JsonNode value) {
    if (value instanceof ObjectNode merged) {
      setAll(object, merged);
    } else if (value instanceof ArrayNode all) {
      for (int i = all.size() - 1; i >= 0; i--) {
        if (!(all.get(i) instanceof ObjectNode merged)) {
          throw notMergeable();
        }
        setAll(object, merged);
      }
    } else {
      throw notMergeable();
    }
  }

  private void setAll(ObjectNode object, ObjectNode merged) {
    tally.add((long) Weights.entry(0) * merged.size());
    object.setAll(merged);
  }

  private static YamlTypes.TypeException notMergeable() {
    return new YamlTypes.TypeException("map merge requires map or sequence of maps as the value");
  }
}
