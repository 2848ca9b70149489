package dev.rheo.api.media;

import dev.rheo.api.status.ApiException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Selects the media type of a response, or checks that of a request body, against the media types
 * that an endpoint supports.
 *
 * @param supported media types without parameters, the default first
 * @param streamable the supported media types in which a watch can be served
 * @param whole the supported media types of what is not transformed
 * @param transforms the transformations that the endpoint supports
 * @param drops whether the parameter {@code drop} is known (KEP-5958); otherwise it is ignored
 */
public record Negotiation(
    List<String> supported,
    List<String> streamable,
    List<String> whole,
    Transforms transforms,
    boolean drops) {

  /** The one value of the parameter {@code drop}. */
  private static final String MANAGED_FIELDS = "metadata.managedFields";

  /** Tells whether an endpoint can transform objects into a kind in a media type. */
  @FunctionalInterface
  public interface Transforms {
    Transforms NONE = (mediaType, target) -> false;

    boolean allowed(String mediaType, TargetKind target);
  }

  public Negotiation {
    supported = List.copyOf(supported);
    streamable = List.copyOf(streamable);
    whole = List.copyOf(whole);
  }

  /** A negotiation in which everything is served in all media types. */
  public Negotiation(
      List<String> supported, List<String> streamable, Transforms transforms, boolean drops) {
    this(supported, streamable, supported, transforms, drops);
  }

  /** The same, but what is not transformed is not served in one of the media types. */
  public Negotiation wholeWithout(String mediaType) {
    return new Negotiation(
        supported,
        streamable,
        whole.stream().filter(type -> !type.equals(mediaType)).toList(),
        transforms,
        drops);
  }

  /** JSON only, without transformations. */
  public static Negotiation json() {
    return new Negotiation(
        List.of(MediaType.JSON), List.of(MediaType.JSON), Transforms.NONE, false);
  }

  /** The same media types without transformations. */
  public Negotiation untransformed() {
    return new Negotiation(supported, streamable, whole, Transforms.NONE, drops);
  }

  /**
   * Selects the client's best media range that the endpoint supports.
   *
   * @param accept the Accept headers, joined by commas; null if absent
   * @param watch whether the response is a watch
   * @throws ApiException 406, naming the supported media types
   */
  public NegotiatedMediaType accept(@Nullable String accept, boolean watch) {
    if (accept == null || accept.isEmpty()) {
      return new NegotiatedMediaType(supported.getFirst(), null, false, "", false);
    }
    NegotiatedMediaType chosen = choose(accept);
    if (chosen == null) {
      throw isKnown(accept)
          ? ApiException.notAcceptable(supported)
          : ApiException.noRepresentation(supported);
    }
    if (watch && !streamable.contains(chosen.mediaType())) {
      throw ApiException.notAcceptable(streamable.stream().map(Negotiation::streamed).toList());
    }
    return chosen;
  }

  private static String streamed(String mediaType) {
    return mediaType + (mediaType.equals(MediaType.CBOR) ? "-seq" : ";stream=watch");
  }

  private @Nullable NegotiatedMediaType choose(String accept) {
    for (MediaType alternative : MediaType.parseAccept(accept)) {
      if (alternative.quality() == 0) {
        continue;
      }
      for (String candidate : supported) {
        if (alternative.covers(candidate) && serves(alternative, candidate)) {
          return new NegotiatedMediaType(
              candidate,
              TargetKind.of(alternative),
              alternative.parameters().getOrDefault("pretty", "").equals("1"),
              alternative.parameters().getOrDefault("profile", ""),
              drops && alternative.parameters().containsKey("drop"));
        }
      }
    }
    return null;
  }

  private boolean isKnown(String accept) {
    return MediaType.parseAccept(accept).stream()
        .anyMatch(alternative -> supported.stream().anyMatch(alternative::covers));
  }

  private boolean serves(MediaType alternative, String candidate) {
    String stream = alternative.parameters().getOrDefault("stream", "");
    if (!stream.isEmpty() && !(stream.equals("watch") && streamable.contains(candidate))) {
      return false;
    }
    String serverVersion = alternative.parameters().getOrDefault("sv", "");
    if (!serverVersion.isEmpty() && !serverVersion.equals("v1")) {
      return false;
    }
    String dropped = alternative.parameters().getOrDefault("drop", "");
    if (drops && !dropped.isEmpty() && !dropped.equals(MANAGED_FIELDS)) {
      return false;
    }
    TargetKind target = TargetKind.of(alternative);
    return target == null ? whole.contains(candidate) : transforms.allowed(candidate, target);
  }

  /**
   * The media type of a request body.
   *
   * @param contentType the header, null if absent
   * @return one of the supported media types
   * @throws ApiException 415, naming the supported media types
   */
  public String contentType(@Nullable String contentType) {
    if (contentType == null || contentType.isEmpty()) {
      return supported.getFirst();
    }
    MediaType type = MediaType.parse(contentType);
    if (type == null || !supported.contains(type.essence())) {
      throw ApiException.unsupportedMediaType(supported);
    }
    return type.essence();
  }
}
