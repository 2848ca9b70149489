package dev.rheo.server.encoding;

import dev.rheo.cache.FormKind;
import dev.rheo.codec.json.ObjectHeader;
import dev.rheo.resource.type.Conversion;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.encoding.DerivedKind.Bytes;
import dev.rheo.server.encoding.DerivedKind.Maker;
import dev.rheo.server.encoding.ObjectRange.Extent;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of derived forms. Each kind is made once, however many encodings write it, because the
 * watch cache compares kinds by identity. Thread-safe.
 *
 * <p>A resource that is served in several versions is stored in one of them. An object's JSON in
 * another version is a derived form, and every other form of the whole object in that version is
 * made from it, so an object is converted once. Metadata and the cells of tables are the same in
 * all versions, which share their forms.
 */
final class FormKinds {
  private final ConcurrentHashMap<Key, FormKind> kinds = new ConcurrentHashMap<>();

  /**
   * @param owner the served type, or the stored resource if all its versions share the kind
   */
  private record Key(Object owner, String name) {}

  /** A range of the JSON: of the stored form, or of the converted object. */
  ObjectRange json(ResourceType type, Extent extent) {
    if (extent == Extent.NOTHING) {
      return new ObjectRange(extent, null, null);
    }
    return new ObjectRange(
        extent,
        extent == Extent.WHOLE ? converted(type) : null,
        kind(type, extent, "json", Bytes::new, true));
  }

  /** A derived form, plain and compressed. */
  ObjectRange derived(ResourceType type, Extent extent, String name, Maker maker) {
    return new ObjectRange(
        extent, kind(type, extent, name, maker, false), kind(type, extent, name, maker, true));
  }

  /** The template of a table's row. */
  FormKind cells(ResourceType type) {
    return kinds.computeIfAbsent(
        new Key(allVersions(type), "cells"), key -> TableEncoding.cells(type));
  }

  private FormKind kind(
      ResourceType type, Extent extent, String name, Maker maker, boolean compressed) {
    boolean metadata = extent == Extent.METADATA;
    FormKind base = metadata ? null : converted(type);
    String full = name + (metadata ? "-metadata" : "") + (compressed ? ".gz" : "");
    return kinds.computeIfAbsent(
        new Key(metadata ? allVersions(type) : type, full),
        key -> new DerivedKind(full, base, maker, metadata, compressed));
  }

  /** The JSON of whole objects of a type that is not the stored one, else null. */
  private @Nullable FormKind converted(ResourceType type) {
    if (Conversion.isIdentity(type)) {
      return null;
    }
    Maker maker =
        (json, from, to) -> {
          byte[] converted = Conversion.convert(json, type);
          int metadata = ObjectHeader.scan(converted, List.of()).metadataOffset();
          return new Bytes(converted, metadata, converted.length);
        };
    return kinds.computeIfAbsent(
        new Key(type, "json"), key -> new DerivedKind("json", null, maker, false, false));
  }

  private static Object allVersions(ResourceType type) {
    return type.isStored() ? type.storage() : type;
  }
}
