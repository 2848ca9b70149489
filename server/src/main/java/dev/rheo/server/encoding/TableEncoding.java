package dev.rheo.server.encoding;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.cache.FormKind;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.json.ObjectHeader;
import dev.rheo.codec.schema.ListMetadata;
import dev.rheo.resource.table.CellTemplate;
import dev.rheo.resource.table.TableColumns;
import dev.rheo.resource.type.ResourceType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Tables in JSON: a row for each object, with its cells and as much of the object as requested. The
 * form is a template of the cells; ages are filled in when a row is written.
 */
final class TableEncoding extends Encoding {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final byte[] COMMA = {','};
  private static final byte[] NEWLINE = {'\n'};
  private static final byte[] END = bytes("]}\n");
  private static final byte[] END_OF_OBJECT = bytes("]}");
  private static final byte[] END_OF_EVENT = bytes("]}}\n");
  private static final byte[] NO_COLUMNS = bytes("null");

  private final String apiVersion;
  private final Clock clock;
  private final byte[] columns;
  private final TableColumns table;
  private final FormKind cells;
  private final ObjectRange part;
  private final boolean ofScales;
  private final byte[] objectHead;
  private final byte[] rowEnd;

  /**
   * @param apiVersion of the table: {@code meta.k8s.io/v1} or {@code v1beta1}
   * @param part what each row shows of its object
   */
  TableEncoding(
      ResourceType type, String apiVersion, FormKind cells, ObjectRange part, Clock clock) {
    this(type, apiVersion, cells, part, clock, false);
  }

  private TableEncoding(
      ResourceType type,
      String apiVersion,
      FormKind cells,
      ObjectRange part,
      Clock clock,
      boolean ofScales) {
    super(type, Format.JSON);
    this.apiVersion = apiVersion;
    this.clock = clock;
    this.cells = cells;
    this.part = part;
    this.ofScales = ofScales;
    this.table = ofScales ? TableColumns.scale(type) : TableColumns.of(type);
    this.columns = table.definitions();
    switch (part.extent()) {
      case WHOLE -> {
        objectHead =
            ofScales
                ? JsonEncoding.head(SCALE_VERSION, SCALE)
                : JsonEncoding.head(type.apiVersion(), type.kind());
        rowEnd = bytes("}");
      }
      case METADATA -> {
        objectHead = JsonEncoding.head(apiVersion, Projection.PARTIAL);
        rowEnd = bytes("}}");
      }
      case NOTHING -> {
        objectHead = bytes("null");
        rowEnd = bytes("}");
      }
      default -> throw new AssertionError(part);
    }
  }

  /**
   * The form of a row up to its object.
   *
   * @param base the JSON that it is made from; null for the stored version, for every API version
   */
  static FormKind cells(ResourceType type, @Nullable FormKind base) {
    TableColumns table = TableColumns.of(type);
    byte[] head = JsonEncoding.head(type.apiVersion(), type.kind());
    return new FormKind("cells", base) {
      @Override
      protected Made make(Source source) throws IOException {
        byte[] json = source.json();
        if (base != null) {
          json = join(head, Arrays.copyOfRange(json, source.metadataOffset(), json.length));
        }
        return Made.plain(table.row(ObjectDecoder.decode(json, ObjectDecoder.MAX_DEPTH).tree()));
      }
    };
  }

  @Override
  String apiVersion() {
    return apiVersion;
  }

  @Override
  String kind() {
    return "Table";
  }

  @Override
  String listKind() {
    return "Table";
  }

  @Override
  public ObjectRange part(boolean inList) {
    return part;
  }

  @Override
  public FormKind cells() {
    return cells;
  }

  private byte[] head(String metadata, boolean withColumns) {
    return join(
        bytes(
            "{\"kind\":\"Table\",\"apiVersion\":\"%s\",\"metadata\":%s,\"columnDefinitions\":"
                .formatted(apiVersion, metadata)),
        withColumns ? columns : NO_COLUMNS,
        bytes(",\"rows\":["));
  }

  private static String metadata(long revision) {
    return metadata(Long.toString(revision));
  }

  private static String metadata(String revision) {
    return "{\"resourceVersion\":\"" + revision + "\"}";
  }

  private byte[] rowHead(byte[] template) {
    byte[] rendered = CellTemplate.render(template, clock.millis());
    return join(rendered, objectHead);
  }

  @Override
  public Frame object(ObjectInfo subject) {
    return new Frame(
        join(head(metadata(subject.revision()), true), rowHead(subject.cells())),
        join(rowEnd, END_OF_OBJECT, NEWLINE));
  }

  @Override
  public Frame item(ObjectInfo subject) {
    byte[] row = rowHead(subject.cells());
    return new Frame(subject.first() ? row : join(COMMA, row), rowEnd);
  }

  @Override
  public Frame event(String eventType, ObjectInfo subject) {
    return new Frame(
        join(
            JsonEncoding.eventHead(eventType),
            head(metadata(subject.revision()), subject.first()),
            rowHead(subject.cells())),
        join(rowEnd, END_OF_EVENT));
  }

  @Override
  public byte[] listHead(ListMetadata meta, long size) {
    return head(meta.toJson(), true);
  }

  @Override
  public byte[] listEnd(ListMetadata meta, boolean empty) {
    return END;
  }

  @Override
  public byte[] answer(byte[] json) throws IOException {
    return join(whole(json, true), NEWLINE);
  }

  @Override
  byte[] whole(byte[] json, boolean first) throws IOException {
    ObjectHeader header = ObjectHeader.scan(json, List.of());
    String revision =
        header.revisionOffset() < 0
            ? ""
            : new String(
                json, header.revisionOffset(), header.revisionLength(), StandardCharsets.US_ASCII);
    return join(
        head(revision.isEmpty() ? "{}" : metadata(revision), first),
        row(json, header),
        END_OF_OBJECT);
  }

  private byte[] row(byte[] json, ObjectHeader header) throws IOException {
    int from = header.metadataOffset();
    byte[] object =
        switch (part.extent()) {
          case WHOLE -> Arrays.copyOfRange(json, from, json.length);
          case METADATA -> Arrays.copyOfRange(json, from, header.metadataEnd());
          case NOTHING -> NOTHING;
        };
    ObjectNode tree = ObjectDecoder.decode(json, ObjectDecoder.MAX_DEPTH).tree();
    byte[] template = table.row(ofScales ? tree : type.toChecked(tree));
    return join(rowHead(template), object, rowEnd);
  }

  @Override
  byte[] scale(byte[] json) throws IOException {
    return new TableEncoding(type, apiVersion, cells, part, clock, true).answer(json);
  }

  @Override
  byte[] list(byte[] json) throws IOException {
    ObjectNode list = ObjectDecoder.decode(json, ObjectDecoder.MAX_DEPTH).tree();
    List<byte[]> pieces = new ArrayList<>();
    pieces.add(head(list.path("metadata").toString(), true));
    for (JsonNode item : list.path("items")) {
      if (pieces.size() > 1) {
        pieces.add(COMMA);
      }
      ObjectNode object = MAPPER.createObjectNode();
      object.put("kind", type.kind()).put("apiVersion", type.apiVersion());
      byte[] bytes = MAPPER.writeValueAsBytes(object.setAll((ObjectNode) item));
      pieces.add(row(bytes, ObjectHeader.scan(bytes, List.of())));
    }
    pieces.add(END);
    return join(pieces.toArray(byte[][]::new));
  }

  /** Sorts FlowSchemas by matching precedence, as kube-apiserver's tables do. */
  @Override
  public @Nullable ToLongFunction<JsonNode> rank() {
    return type.custom() == null && type.kind().equals("FlowSchema")
        ? object -> object.path("spec").path("matchingPrecedence").asLong()
        : null;
  }

  @Override
  byte[] event(String eventType, String apiVersion, String kind, byte[] object) {
    return JsonEncoding.wholeEvent(eventType, object);
  }
}
