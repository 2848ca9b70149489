package dev.rheo.server.encoding;

import dev.rheo.api.feature.FeatureGates;
import dev.rheo.api.feature.FeatureGates.Gate;
import dev.rheo.api.media.MediaType;
import dev.rheo.api.media.NegotiatedMediaType;
import dev.rheo.api.media.Negotiation;
import dev.rheo.api.media.TargetKind;
import dev.rheo.api.status.ApiException;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.resource.type.StoredResource;
import dev.rheo.server.encoding.TypeEncodings.Wanted;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds the encoding that a client asks for. Thread-safe; each encoding is made once, and kept as
 * long as its type is served.
 */
public final class Encodings {
  private final Clock clock;
  private final Negotiation negotiation;
  private final Negotiation refusals;
  private final Negotiation withoutTables;
  private final Negotiation ofCustom;
  private final Supplier<ResourceRegistry> served;
  private final ConcurrentHashMap<ResourceType, TypeEncodings> byType = new ConcurrentHashMap<>();

  /** The kinds that all versions of a resource share; compared by identity, as types are. */
  private final Map<StoredResource, FormKinds.Owned> byCollection =
      Collections.synchronizedMap(new IdentityHashMap<>());

  /**
   * @param clock for the ages in tables
   * @param gates whether CBOR is served, and managed fields can be left out
   * @param served the registry in force
   */
  public Encodings(Clock clock, FeatureGates gates, Supplier<ResourceRegistry> served) {
    boolean cbor = gates.enabled(Gate.CBOR_SERVING);
    boolean drops = gates.enabled(Gate.MANAGED_FIELDS_OPT_OUT);
    this.clock = clock;
    this.served = served;
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
    negotiation = new Negotiation(supported, streamable, Encodings::allowed, drops);
    withoutTables =
        new Negotiation(
            supported,
            streamable,
            (mediaType, target) -> !target.isMeta("Table") && allowed(mediaType, target),
            drops);
    ofCustom = negotiation.wholeWithout(MediaType.PROTOBUF);
    refusals = negotiation.untransformed();
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

  /**
   * The media types of answers of a resource, or of a subresource. What has no table is answered in
   * the next media type that the client accepts.
   */
  public Negotiation negotiation(ResourceType type, @Nullable String subresource) {
    if (type.customObjects() != null && !"scale".equals(subresource)) {
      return ofCustom;
    }
    boolean stored = type.verbs().contains("get") || type.verbs().contains("list");
    boolean shown =
        subresource == null || subresource.equals("status") || subresource.equals("scale");
    return stored && shown ? negotiation : withoutTables;
  }

  /** The media types of a Status, which is not shown as anything else. */
  public Negotiation refusals() {
    return refusals;
  }

  /**
   * The encoding of an answer.
   *
   * @param accepted the result of {@link #negotiation(ResourceType, String)}
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
    boolean managed = !accepted.dropsManagedFields();
    if (target == null) {
      return made(type, new Wanted(format, null, false, ObjectRange.Extent.WHOLE, managed));
    }
    String as = target.group() + "/" + target.version();
    if (target.kind().equals("Table")) {
      return made(type, new Wanted(format, as, true, extent(includeObject), managed));
    }
    if (list != null && isList(target) != list) {
      throw wrongNumber(target, list, type.group(), list ? type.listKind() : type.kind());
    }
    return made(type, new Wanted(format, as, false, ObjectRange.Extent.METADATA, managed));
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
    return made(type, new Wanted(Format.JSON, null, false, ObjectRange.Extent.WHOLE, true));
  }

  private Encoding made(ResourceType type, Wanted wanted) {
    return of(type).find(wanted);
  }

  TypeEncodings of(ResourceType type) {
    TypeEncodings known = byType.get(type);
    if (known == null) {
      known = byType.computeIfAbsent(type, this::encodings);
      // A type is removed from the registry first and released afterwards: nothing stays behind.
      if (!served.get().serves(type)) {
        release(type);
        known.kinds().release();
      }
    }
    return known;
  }

  private TypeEncodings encodings(ResourceType type) {
    FormKinds.Owned own = new FormKinds.Owned();
    FormKinds.Owned allVersions =
        type.isStored()
            ? byCollection.computeIfAbsent(type.storage(), any -> new FormKinds.Owned())
            : own;
    return new TypeEncodings(type, clock, new FormKinds(type, own, allVersions));
  }

  /**
   * Forgets the encodings of a type that is no longer in the registry, and releases their form
   * kinds: also those that all versions share, if none is served any more. Requests that still use
   * the type may end early.
   */
  public void release(ResourceType type) {
    TypeEncodings gone = byType.remove(type);
    if (gone != null) {
      gone.kinds().release();
    }
    if (type.isStored() && served.get().stored(type.storage().name()) != type.storage()) {
      FormKinds.Owned shared = byCollection.remove(type.storage());
      if (shared != null) {
        shared.release();
      }
    }
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
