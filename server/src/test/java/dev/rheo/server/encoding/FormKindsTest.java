package dev.rheo.server.encoding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.cache.FormKind;
import dev.rheo.codec.json.ObjectHeader;
import dev.rheo.resource.type.Conversion;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.encoding.DerivedKind.Bytes;
import dev.rheo.server.encoding.DerivedKind.Maker;
import dev.rheo.server.encoding.ObjectRange.Extent;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Which encodings share forms. */
class FormKindsTest {
  private static final String EVENT =
      "{\"kind\":\"Event\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"e\",\"resourceVersion\":\"7\"},\"message\":\"M\"}";

  private final ResourceRegistry registry = ResourceRegistry.builtIn();
  private final ResourceType v1 = registry.get("autoscaling", "v1", "horizontalpodautoscalers");
  private final ResourceType v2 = registry.get("autoscaling", "v2", "horizontalpodautoscalers");
  private final ResourceType coreEvents = registry.get("", "v1", "events");
  private final ResourceType events = registry.get("events.k8s.io", "v1", "events");
  private final FormKinds kinds = new FormKinds();
  private final Maker range = Bytes::new;

  private static byte[] made(FormKind kind, byte[] json, int from, int metadataEnd)
      throws Exception {
    return ((DerivedKind) kind).make(new FormKind.Source(json, from, metadataEnd)).bytes();
  }

  @Test
  void formsOfWholeObjectsAreMadeFromTheConvertedForm() throws Exception {
    byte[] stored = EVENT.getBytes(StandardCharsets.UTF_8);
    ObjectHeader header = ObjectHeader.scan(stored, List.of());
    byte[] converted = Conversion.convert(stored, events);
    int metadata = ObjectHeader.scan(converted, List.of()).metadataOffset();
    byte[] tail = Arrays.copyOfRange(converted, metadata, converted.length);

    FormKind json = Objects.requireNonNull(kinds.json(events, Extent.WHOLE).kind());
    assertThat(made(json, stored, header.metadataOffset(), header.metadataEnd())).isEqualTo(tail);
    ObjectRange derived = kinds.derived(events, Extent.WHOLE, "range", range);
    assertThat(made(Objects.requireNonNull(derived.kind()), tail, 0, tail.length)).isEqualTo(tail);
  }

  @Test
  void theStoredVersionNeedsNoConvertedForm() throws Exception {
    assertThat(kinds.json(v2, Extent.WHOLE).kind()).isNull();
    assertThat(kinds.json(coreEvents, Extent.WHOLE).kind()).isNull();
    byte[] stored = EVENT.getBytes(StandardCharsets.UTF_8);
    ObjectHeader header = ObjectHeader.scan(stored, List.of());
    FormKind derived =
        Objects.requireNonNull(kinds.derived(coreEvents, Extent.WHOLE, "range", range).kind());
    byte[] made = made(derived, stored, header.metadataOffset(), header.metadataEnd());
    assertThat(new String(made, StandardCharsets.UTF_8))
        .isEqualTo(EVENT.substring(EVENT.indexOf("\"metadata\"")));
  }

  @Test
  void eachKindIsMadeOnce() {
    for (ResourceType type : List.of(v1, v2)) {
      for (Extent extent : List.of(Extent.WHOLE, Extent.METADATA)) {
        assertThat(kinds.json(type, extent)).isEqualTo(kinds.json(type, extent));
        assertThat(kinds.derived(type, extent, "cbor", range))
            .isEqualTo(kinds.derived(type, extent, "cbor", range));
      }
    }
  }

  @Test
  void allVersionsShareMetadataAndCellsButNotWholeObjects() {
    for (List<ResourceType> two : List.of(List.of(v1, v2), List.of(coreEvents, events))) {
      ResourceType one = two.getFirst();
      ResourceType other = two.getLast();
      assertThat(kinds.cells(one)).isSameAs(kinds.cells(other));
      assertThat(kinds.json(one, Extent.METADATA)).isEqualTo(kinds.json(other, Extent.METADATA));
      assertThat(kinds.derived(one, Extent.METADATA, "cbor", range))
          .isEqualTo(kinds.derived(other, Extent.METADATA, "cbor", range));
      assertThat(kinds.json(one, Extent.WHOLE).compressed())
          .isNotSameAs(kinds.json(other, Extent.WHOLE).compressed());
      assertThat(kinds.derived(one, Extent.WHOLE, "cbor", range).kind())
          .isNotSameAs(kinds.derived(other, Extent.WHOLE, "cbor", range).kind());
    }
    assertThat(kinds.cells(v1)).isNotSameAs(kinds.cells(events));
  }

  @Test
  void whatIsNotStoredHasKindsOfItsOwn() {
    ResourceType reviews = registry.get("authentication.k8s.io", "v1", "selfsubjectreviews");
    assertThat(kinds.json(reviews, Extent.METADATA).compressed())
        .isNotNull()
        .isNotSameAs(kinds.json(v1, Extent.METADATA).compressed());
  }
}
