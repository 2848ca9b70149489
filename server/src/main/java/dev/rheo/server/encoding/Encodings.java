package dev.rheo.server.encoding;

import dev.rheo.api.media.MediaType;
import dev.rheo.api.media.NegotiatedMediaType;
import dev.rheo.api.media.Negotiation;
import dev.rheo.api.media.TargetKind;
import dev.rheo.api.status.ApiException;
import dev.rheo.resource.type.ResourceType;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Finds the encoding that a client asks for. Thread-safe; each encoding is made once. */
public final class Encodings {
  private final Clock clock;
  private final Negotiation negotiation;
  private final Negotiation refusals;
  private final ConcurrentHashMap<Wanted, Encoding> made = new ConcurrentHashMap<>();
  private final FormKinds kinds = new FormKinds();

  /**
   * @param as the apiVersion of the requested kind of {@code meta.k8s.io}; null for the object
   *     itself
   */
  private record Wanted(
      ResourceType type,
      Format format,
      @Nullable String as,
      boolean table,
      ObjectRange.Extent extent) {}

  /**
   * @param clock for the ages in tables
   * @param cbor whether CBOR is served
   */
  public Encodings(Clock clock, boolean cbor) {
    this.clock = clock;
    List<String> supported = new ArrayList<>();
    List<String> streamable = new ArrayList<>();
    for (Format format : Format.values()) {
      if (format != Format.CBOR || cbor) {
        supported.add(format.contentType());
        if (format.watchContentType() != null) {
          streamable.add(format.contentType());
        }
      }
    }
    negotiation = new Negotiation(supported, streamable, Encodings::allowed);
    refusals = new Negotiation(supported, streamable, Negotiation.Transforms.NONE);
  }

  private static boolean allowed(String mediaType, TargetKind target) {
    return target.isMeta(Projection.PARTIAL)
        || target.isMeta(Projection.PARTIAL + "List")
        || target.isMeta("Table") && mediaType.equals(MediaType.JSON);
  }

  /** The media types of answers and bodies of resources. */
  public Negotiation negotiation() {
    return negotiation;
  }

  /** The media types of a Status, which is not shown as anything else. */
  public Negotiation refusals() {
    return refusals;
  }

  /**
   * The encoding of an answer.
   *
   * @param accepted the result of {@link #negotiation}
   * @param list whether the answer is a list; null if that is not known yet
   * @param includeObject the query parameter of that name, for tables
   * @throws ApiException 400 for an unknown {@code includeObject}, 406 if the answer cannot be
   *     shown as requested
   */
  public Encoding find(
      ResourceType type,
      NegotiatedMediaType accepted,
      @Nullable Boolean list,
      String includeObject) {
    Format format = Format.of(accepted.mediaType());
    TargetKind target = accepted.target();
    if (target == null) {
      return made(new Wanted(type, format, null, false, ObjectRange.Extent.WHOLE));
    }
    String as = target.group() + "/" + target.version();
    if (target.kind().equals("Table")) {
      if (!type.verbs().contains("get") && !type.verbs().contains("list")) {
        throw ApiException.notAcceptable(negotiation.supported());
      }
      return made(new Wanted(type, format, as, true, extent(includeObject)));
    }
    if (list != null && isList(target) != list) {
      throw wrongNumber(target, list, type.group(), list ? type.listKind() : type.kind());
    }
    return made(new Wanted(type, format, as, false, ObjectRange.Extent.METADATA));
  }

  /**
   * Refuses a request for a list if {@link #find} was called without knowing whether the answer is
   * one.
   *
   * @throws ApiException 406
   */
  public void requireOne(NegotiatedMediaType accepted, String group, String kind) {
    TargetKind target = accepted.target();
    if (target != null && isList(target)) {
      throw wrongNumber(target, false, group, kind);
    }
  }

  private static boolean isList(TargetKind target) {
    return target.kind().equals(Projection.PARTIAL + "List");
  }

  /** Names the type as Go does: {@code *core.ConfigMapList}. */
  private static ApiException wrongNumber(
      TargetKind target, boolean list, String group, String kind) {
    String first = group.split("\\.", 2)[0];
    String goPackage = first.isEmpty() || first.equals("events") ? "core" : first;
    return ApiException.notAcceptable(
        "you requested %s, but the requested object is %sa list (*%s.%s)"
            .formatted(target.kind(), list ? "" : "not ", goPackage, kind));
  }

  /** Whole objects in JSON. */
  public Encoding json(ResourceType type) {
    return made(new Wanted(type, Format.JSON, null, false, ObjectRange.Extent.WHOLE));
  }

  private Encoding made(Wanted wanted) {
    return made.computeIfAbsent(wanted, this::make);
  }

  private Encoding make(Wanted wanted) {
    ResourceType type = wanted.type;
    String as = wanted.as;
    if (as != null && wanted.table) {
      return new TableEncoding(type, as, kinds.cells(type), kinds.json(type, wanted.extent), clock);
    }
    Projection shape = as == null ? Projection.of(type) : Projection.metadata(as);
    return switch (wanted.format) {
      case JSON -> new JsonEncoding(type, shape, kinds);
      case YAML -> new YamlEncoding(type, shape, kinds);
      case PROTOBUF -> new ProtobufEncoding(type, shape, kinds);
      case CBOR -> new CborEncoding(type, shape, kinds);
    };
  }

  private static ObjectRange.Extent extent(String includeObject) {
    return switch (includeObject) {
      case "", "Metadata" -> ObjectRange.Extent.METADATA;
      case "Object" -> ObjectRange.Extent.WHOLE;
      case "None" -> ObjectRange.Extent.NOTHING;
      default ->
          throw ApiException.badRequest(
              "Unable to convert to Table as requested: includeObject: Invalid value: \"%s\": must be 'Metadata', 'Object', 'None', or empty"
                  .formatted(includeObject));
    };
  }
}
