package dev.rheo.resource.publish;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.resource.publish.OpenApi.Compressed;
import dev.rheo.resource.publish.OpenApiV2.Output;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an extension API server adds to the OpenAPI v2 document: the paths of one group version and
 * the definitions that belong to them. Immutable.
 *
 * <p>The document of the server is read member by member, so that at most one of them is a tree.
 * Parameters that it has set apart are put where they are used, as in this server's own paths.
 *
 * @param document an object with {@code paths}, {@code definitions} and perhaps {@code info}
 * @param definitions what is compared of each definition, by its name
 * @param paths the paths
 */
public record ExtensionSpec(
    Compressed document, Map<String, Definition> definitions, Set<String> paths) {

  /** Beyond this depth a document is refused. */
  private static final int DEPTH = 500;

  private static final String PARAMETER = "#/parameters/";

  /** Approximate heap of an entry besides its texts. */
  private static final int ENTRY = 200;

  /** Apart from others', as it keeps names of a stranger's documents, up to some number. */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEPTH).build())
          .build();

  /** Approximate heap. */
  public long bytes() {
    long names = 0;
    for (Map.Entry<String, Definition> each : definitions.entrySet()) {
      names += ENTRY + each.getKey().length() + each.getValue().bytes();
    }
    for (String path : paths) {
      names += ENTRY + path.length();
    }
    return document.gzip().length + names;
  }

  /**
   * Reads the document of a server.
   *
   * @param json OpenAPI v2; charged by the caller
   * @param prefix of the paths that count
   * @throws MalformedException if it is no such document
   */
  public static ExtensionSpec of(byte[] json, String prefix) {
    try {
      return new Reading(json).of(prefix);
    } catch (JsonProcessingException e) {
      throw new MalformedException("no OpenAPI v2 document: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new MalformedException("no OpenAPI v2 document: " + e.getMessage());
    }
  }

  /** A member of the document: where its value lies, and the definitions that it refers to. */
  private record Member(String name, int from, int to, Set<String> references) {}

  /** Reads one document. */
  private static final class Reading {
    private final byte[] json;
    private final Map<String, Member> paths = new LinkedHashMap<>();
    private final Map<String, Member> definitions = new LinkedHashMap<>();
    private final Map<String, Member> parameters = new HashMap<>();
    private @Nullable Member info;

    Reading(byte[] json) throws IOException {
      this.json = json;
      try (JsonParser parser = JSON.createParser(json)) {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
          throw new MalformedException("no OpenAPI v2 document: it is not an object");
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          boolean object = parser.nextToken() == JsonToken.START_OBJECT;
          switch (object ? name : "") {
            case "paths" -> members(parser, paths);
            case "definitions" -> members(parser, definitions);
            case "parameters" -> members(parser, parameters);
            case "info" -> info = member(parser, name);
            default -> parser.skipChildren();
          }
        }
        if (parser.nextToken() != null) {
          throw new MalformedException("no OpenAPI v2 document: something follows it");
        }
      }
    }

    private static void members(JsonParser parser, Map<String, Member> into) throws IOException {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        into.put(name, member(parser, name));
      }
    }

    private static Member member(JsonParser parser, String name) throws IOException {
      int from = (int) parser.currentTokenLocation().getByteOffset();
      Set<String> references = references(parser);
      int to = (int) parser.currentLocation().getByteOffset();
      Meter.charge(ENTRY + name.length());
      return new Member(name, from, to, references);
    }

    /** Passes over a value, and returns to what it refers. */
    private static Set<String> references(JsonParser parser) throws IOException {
      Set<String> all = new HashSet<>();
      int depth = 0;
      boolean reference = false;
      for (JsonToken token = parser.currentToken(); ; token = parser.nextToken()) {
        if (token == null) {
          throw new MalformedException("no OpenAPI v2 document: it is incomplete");
        }
        if (token.isStructStart()) {
          depth++;
        } else if (token.isStructEnd()) {
          depth--;
        } else if (token == JsonToken.VALUE_STRING && reference && all.add(parser.getText())) {
          Meter.charge(ENTRY + parser.getTextLength());
        }
        reference = token == JsonToken.FIELD_NAME && parser.currentName().equals("$ref");
        if (depth == 0) {
          return all;
        }
      }
    }

    ExtensionSpec of(String prefix) throws IOException {
      List<Member> kept =
          paths.values().stream().filter(path -> path.name().startsWith(prefix)).toList();
      Set<String> used = reachable(kept);
      Set<String> usedBefore = reachable(paths.values());
      Map<String, Definition> compared = new HashMap<>();
      Output output = new Output();
      try (JsonGenerator out = OpenApi.JSON.createGenerator(output.out)) {
        out.writeStartObject();
        if (info != null) {
          out.writePOJOField("info", tree(info));
        }
        out.writeObjectFieldStart("paths");
        Set<String> names = new HashSet<>();
        for (Member path : kept) {
          long mark = Meter.mark();
          out.writePOJOField(path.name(), withParameters(tree(path)));
          Meter.release(mark);
          names.add(path.name());
        }
        out.writeEndObject();
        out.writeObjectFieldStart("definitions");
        for (Member definition : definitions.values()) {
          String name = definition.name();
          if (used.contains(name) || !usedBefore.contains(name)) {
            long mark = Meter.mark();
            JsonNode schema = tree(definition);
            out.writePOJOField(name, schema);
            compared.put(name, Definition.of(schema));
            Meter.release(mark);
          }
        }
        out.writeEndObject();
        out.writeEndObject();
        out.close();
        return new ExtensionSpec(output.compressed(), Map.copyOf(compared), Set.copyOf(names));
      }
    }

    /** The names of the definitions to which members lead, by way of others or not. */
    private Set<String> reachable(Iterable<Member> members) {
      Set<String> found = new HashSet<>();
      Deque<Member> open = new ArrayDeque<>();
      members.forEach(open::add);
      Set<Member> seen = new HashSet<>();
      while (!open.isEmpty()) {
        for (String reference : open.remove().references()) {
          Member next = null;
          if (reference.startsWith(OpenApiV2.REFERENCE)) {
            String name = reference.substring(OpenApiV2.REFERENCE.length());
            found.add(name);
            next = definitions.get(name);
          } else if (reference.startsWith(PARAMETER)) {
            next = parameters.get(reference.substring(PARAMETER.length()));
          }
          if (next != null && seen.add(next)) {
            open.add(next);
          }
        }
      }
      return found;
    }

    private JsonNode tree(Member member) {
      return ObjectDecoder.decodeValue(json, member.from(), member.to(), DEPTH);
    }

    /** Puts parameters that are only referred to in their places. */
    private JsonNode withParameters(JsonNode item) {
      if (item instanceof ObjectNode object) {
        inline(object);
        object.forEach(
            operation -> {
              if (operation instanceof ObjectNode one) {
                inline(one);
              }
            });
      }
      return item;
    }

    private void inline(ObjectNode object) {
      if (object.get("parameters") instanceof ArrayNode list) {
        for (int i = 0; i < list.size(); i++) {
          String reference = list.get(i).path("$ref").asText();
          Member parameter =
              reference.startsWith(PARAMETER)
                  ? parameters.get(reference.substring(PARAMETER.length()))
                  : null;
          if (parameter != null) {
            list.set(i, tree(parameter));
          }
        }
      }
    }
  }
}
