package dev.rheo.server.encoding;

import dev.rheo.cache.FormKind;
import dev.rheo.codec.json.ManagedFields;
import dev.rheo.codec.json.ObjectHeader;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.encoding.DerivedKind.Bytes;
import dev.rheo.server.encoding.DerivedKind.Maker;
import dev.rheo.server.encoding.ObjectRange.Extent;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of derived forms of one type. Each kind is made once, however many encodings write it,
 * because the watch cache compares kinds by identity. Thread-safe.
 *
 * <p>A resource that is served in several versions is stored in one of them. An object's JSON in
 * another version is a derived form, and every other form of the whole object in that version is
 * made from it, so an object is converted once. Metadata and the cells of tables are the same in
 * all versions, which share their forms.
 *
 * <p>A client that has no use for managed fields gets forms without them (KEP-5958). They are kinds
 * of their own, which all such clients share; the cells of tables show nothing of managed fields.
 */
final class FormKinds {
  /** Kinds by name that are released together. */
  static final class Owned {
    private final ConcurrentHashMap<String, FormKind> kinds = new ConcurrentHashMap<>();
    private volatile boolean released;

    private FormKind find(String name, Supplier<FormKind> maker) {
      FormKind kind = kinds.computeIfAbsent(name, any -> maker.get());
      if (released) {
        kind.release();
      }
      return kind;
    }

    /** Releases the kinds, those that are made later included. */
    void release() {
      released = true;
      kinds.values().forEach(FormKind::release);
    }
  }

  private final ResourceType type;
  private final Owned own;
  private final Owned allVersions;
  private final boolean withManagedFields;

  /**
   * @param own the kinds of the type
   * @param allVersions the kinds that all versions of its resource share
   */
  FormKinds(ResourceType type, Owned own, Owned allVersions) {
    this(type, own, allVersions, true);
  }

  private FormKinds(ResourceType type, Owned own, Owned allVersions, boolean withManagedFields) {
    this.type = type;
    this.own = own;
    this.allVersions = allVersions;
    this.withManagedFields = withManagedFields;
  }

  /** The kinds of the same type with or without managed fields. */
  FormKinds managedFields(boolean with) {
    return new FormKinds(type, own, allVersions, with);
  }

  /** Releases the kinds that are the type's own. */
  void release() {
    own.release();
  }

  /** A range of the JSON: of the stored form, or of the converted object. */
  ObjectRange json(Extent extent) {
    if (extent == Extent.NOTHING) {
      return new ObjectRange(extent, null, null);
    }
    FormKind plain = extent == Extent.WHOLE ? converted() : null;
    if (!withManagedFields || (extent == Extent.METADATA && convertsMetadata())) {
      plain = kind(extent, "json", Bytes::new, false);
    }
    return new ObjectRange(extent, plain, kind(extent, "json", Bytes::new, true));
  }

  /** A derived form, plain and compressed. */
  ObjectRange derived(Extent extent, String name, Maker maker) {
    return new ObjectRange(
        extent, kind(extent, name, maker, false), kind(extent, name, maker, true));
  }

  /** The template of a table's row. */
  FormKind cells() {
    if (type.customObjects() != null) {
      // Each version has columns of its own, of what it shows.
      return own.find("cells", () -> TableEncoding.cells(type, converted()));
    }
    return allVersions.find("cells", () -> TableEncoding.cells(type, null));
  }

  private FormKind kind(Extent extent, String name, Maker maker, boolean compressed) {
    boolean metadata = extent == Extent.METADATA;
    if (metadata && convertsMetadata()) {
      return convertedMetadata(name, maker, compressed);
    }
    FormKind base = metadata ? null : converted();
    String full = fullName(name, metadata, compressed);
    Maker complete = withManagedFields ? maker : unmanaged(maker);
    Owned owner = metadata ? allVersions : own;
    return owner.find(full, () -> new DerivedKind(full, base, complete, metadata, compressed));
  }

  private String fullName(String name, boolean metadata, boolean compressed) {
    return name
        + (metadata ? "-metadata" : "")
        + (withManagedFields ? "" : "-unmanaged")
        + (compressed ? ".gz" : "");
  }

  /** Whether the metadata of a version are its own: a webhook may change labels. */
  private boolean convertsMetadata() {
    return type.conversion().isOutside();
  }

  private FormKind convertedMetadata(String name, Maker maker, boolean compressed) {
    Maker complete = withManagedFields ? maker : unmanaged(maker);
    Maker ofWhole =
        (json, from, to) -> {
          byte[] object = new byte[json.length + 1];
          object[0] = '{';
          System.arraycopy(json, 0, object, 1, json.length);
          int end = Projection.metadataOf(object).metadataEnd();
          return complete.make(object, 1, end);
        };
    String full = fullName(name, true, compressed);
    FormKind base = converted();
    return own.find(full, () -> new DerivedKind(full, base, ofWhole, false, compressed));
  }

  private static Maker unmanaged(Maker maker) {
    return (json, from, to) -> {
      byte[] rest = ManagedFields.without(json, from, to);
      return maker.make(rest, 0, rest.length);
    };
  }

  /** The JSON of whole objects if the type is not the stored one, else null. */
  private @Nullable FormKind converted() {
    if (type.conversion().sharesForms()) {
      return null;
    }
    if (type.conversion().isOutside()) {
      return own.find("json", () -> new ConvertedKind(type));
    }
    Maker maker =
        (json, from, to) -> {
          byte[] converted = type.convert(json);
          int metadata = ObjectHeader.scan(converted, List.of()).metadataOffset();
          return new Bytes(converted, metadata, converted.length);
        };
    return own.find("json", () -> new DerivedKind("json", null, maker, false, false));
  }
}
