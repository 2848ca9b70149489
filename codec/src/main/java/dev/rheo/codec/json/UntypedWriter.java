package dev.rheo.codec.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.ByteOutput;
import dev.rheo.codec.io.JsonText;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.io.Nodes;
import dev.rheo.codec.io.Weights;
import dev.rheo.codec.value.Floats;
import java.util.Map;

/** Writes JSON of unknown type. */
final class UntypedWriter {
  private static final String METADATA = "metadata";
  private static final String RESOURCE_VERSION = "resourceVersion";

  private UntypedWriter() {}

  /** Keeps the order of members and the digits of numbers, for what upstream does not decode. */
  static void asIs(ByteOutput out, JsonNode value) {
    write(out, value, false);
  }

  /** Sorts members and writes numbers as Go does, for what upstream decodes without a type. */
  static void sorted(ByteOutput out, JsonNode value) {
    write(out, value, true);
  }

  /** As {@link #sorted}, for a custom resource, whose resourceVersion may be left empty. */
  static void object(ByteOutput out, ObjectNode object, boolean blankRevision) {
    if (!blankRevision || !(object.get(METADATA) instanceof ObjectNode metadata)) {
      write(out, object, true);
      return;
    }
    Meter.charge(2L * Weights.OBJECT + (object.size() + metadata.size()) * (long) Weights.entry(0));
    ObjectNode stored = Nodes.INSTANCE.objectNode();
    stored.setAll(object);
    ObjectNode blank = Nodes.INSTANCE.objectNode();
    blank.setAll(metadata);
    blank.put(RESOURCE_VERSION, "");
    stored.set(METADATA, blank);
    write(out, stored, true);
  }

  private static void write(ByteOutput out, JsonNode value, boolean sorted) {
    switch (value.getNodeType()) {
      case OBJECT -> {
        ObjectNode object = (ObjectNode) value;
        out.write('{');
        boolean first = true;
        for (Map.Entry<String, JsonNode> entry :
            sorted ? SortedEntries.of(object) : object.properties()) {
          if (!first) {
            out.write(',');
          }
          first = false;
          JsonText.write(out, entry.getKey());
          out.write(':');
          write(out, entry.getValue(), sorted);
        }
        out.write('}');
      }
      case ARRAY -> {
        out.write('[');
        for (int i = 0; i < value.size(); i++) {
          if (i > 0) {
            out.write(',');
          }
          write(out, value.get(i), sorted);
        }
        out.write(']');
      }
      case STRING, BINARY -> JsonText.write(out, value.asText());
      case NUMBER -> number(out, value, sorted);
      case BOOLEAN -> out.ascii(value.booleanValue() ? "true" : "false");
      case NULL, MISSING, POJO -> out.ascii("null");
    }
  }

  private static void number(ByteOutput out, JsonNode value, boolean sorted) {
    if (value.isIntegralNumber() && value.canConvertToLong()) {
      out.decimal(value.longValue());
    } else if (sorted || value.isDouble() || value.isFloat()) {
      out.ascii(Floats.format(value.doubleValue()));
    } else { // with the usual spelling of an exponent
      out.ascii(value.decimalValue().toString().replace("E+", "e").replace('E', 'e'));
    }
  }
}
