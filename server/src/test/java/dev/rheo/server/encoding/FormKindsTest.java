package dev.rheo.server.encoding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.api.feature.FeatureGates;
import dev.rheo.cache.FormKind;
import dev.rheo.codec.json.ObjectHeader;
import dev.rheo.resource.builtin.BuiltInResources;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.encoding.DerivedKind.Bytes;
import dev.rheo.server.encoding.DerivedKind.Maker;
import dev.rheo.server.encoding.ObjectRange.Extent;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Which encodings share forms. */
class FormKindsTest {
  private static final String EVENT =
      "{\"kind\":\"Event\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"e\",\"resourceVersion\":\"7\"},\"message\":\"M\"}";

  private final ResourceRegistry registry = BuiltInResources.registry();
  private final ResourceType v1 = registry.get("autoscaling", "v1", "horizontalpodautoscalers");
  private final ResourceType v2 = registry.get("autoscaling", "v2", "horizontalpodautoscalers");
  private final ResourceType coreEvents = registry.get("", "v1", "events");
  private final ResourceType events = registry.get("events.k8s.io", "v1", "events");
  private final Encodings encodings =
      new Encodings(Clock.systemUTC(), FeatureGates.defaults(), () -> registry);
  private final Maker range = Bytes::new;

  private FormKinds kinds(ResourceType type) {
    return encodings.of(type).kinds();
  }

  private static byte[] made(FormKind kind, byte[] json, int from, int metadataEnd)
      throws Exception {
    return ((DerivedKind) kind).make(new FormKind.Source(json, from, metadataEnd)).bytes();
  }

  @Test
  void formsOfWholeObjectsAreMadeFromTheConvertedForm() throws Exception {
    byte[] stored = EVENT.getBytes(StandardCharsets.UTF_8);
    ObjectHeader header = ObjectHeader.scan(stored, List.of());
    byte[] converted = events.convert(stored);
    int metadata = ObjectHeader.scan(converted, List.of()).metadataOffset();
    byte[] tail = Arrays.copyOfRange(converted, metadata, converted.length);

    FormKind json = Objects.requireNonNull(kinds(events).json(Extent.WHOLE).kind());
    assertThat(made(json, stored, header.metadataOffset(), header.metadataEnd())).isEqualTo(tail);
    ObjectRange derived = kinds(events).derived(Extent.WHOLE, "range", range);
    assertThat(made(Objects.requireNonNull(derived.kind()), tail, 0, tail.length)).isEqualTo(tail);
  }

  @Test
  void theStoredVersionNeedsNoConvertedForm() throws Exception {
    assertThat(kinds(v2).json(Extent.WHOLE).kind()).isNull();
    assertThat(kinds(coreEvents).json(Extent.WHOLE).kind()).isNull();
    byte[] stored = EVENT.getBytes(StandardCharsets.UTF_8);
    ObjectHeader header = ObjectHeader.scan(stored, List.of());
    FormKind derived =
        Objects.requireNonNull(kinds(coreEvents).derived(Extent.WHOLE, "range", range).kind());
    byte[] made = made(derived, stored, header.metadataOffset(), header.metadataEnd());
    assertThat(new String(made, StandardCharsets.UTF_8))
        .isEqualTo(EVENT.substring(EVENT.indexOf("\"metadata\"")));
  }

  @Test
  void eachKindIsMadeOnce() {
    for (ResourceType type : List.of(v1, v2)) {
      for (Extent extent : List.of(Extent.WHOLE, Extent.METADATA)) {
        assertThat(kinds(type).json(extent)).isEqualTo(kinds(type).json(extent));
        assertThat(kinds(type).derived(extent, "cbor", range))
            .isEqualTo(kinds(type).derived(extent, "cbor", range));
      }
    }
  }

  @Test
  void allVersionsShareMetadataAndCellsButNotWholeObjects() {
    for (List<ResourceType> two : List.of(List.of(v1, v2), List.of(coreEvents, events))) {
      ResourceType one = two.getFirst();
      ResourceType other = two.getLast();
      assertThat(kinds(one).cells()).isSameAs(kinds(other).cells());
      assertThat(kinds(one).json(Extent.METADATA)).isEqualTo(kinds(other).json(Extent.METADATA));
      assertThat(kinds(one).derived(Extent.METADATA, "cbor", range))
          .isEqualTo(kinds(other).derived(Extent.METADATA, "cbor", range));
      assertThat(kinds(one).json(Extent.WHOLE).compressed())
          .isNotSameAs(kinds(other).json(Extent.WHOLE).compressed());
      assertThat(kinds(one).derived(Extent.WHOLE, "cbor", range).kind())
          .isNotSameAs(kinds(other).derived(Extent.WHOLE, "cbor", range).kind());
    }
    assertThat(kinds(v1).cells()).isNotSameAs(kinds(events).cells());
  }

  @Test
  void whatIsNotStoredHasKindsOfItsOwn() {
    ResourceType reviews = registry.get("authentication.k8s.io", "v1", "selfsubjectreviews");
    assertThat(kinds(reviews).json(Extent.METADATA).compressed())
        .isNotNull()
        .isNotSameAs(kinds(v1).json(Extent.METADATA).compressed());
  }
}
