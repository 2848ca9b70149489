package dev.rheo.server.encoding;

import dev.rheo.codec.json.ObjectHeader;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.resource.type.ResourceType;
import java.util.List;

/**
 * The kind that objects are shown as: their own, or PartialObjectMetadata.
 *
 * @param apiVersion the apiVersion that they carry
 * @param extent how much of them is written
 */
record Projection(String apiVersion, String kind, ObjectRange.Extent extent) {
  static final String PARTIAL = "PartialObjectMetadata";

  /** The version whose type describes PartialObjectMetadata of any version. */
  static final String META = "meta.k8s.io/v1";

  static Projection of(ResourceType type) {
    return new Projection(type.apiVersion(), type.kind(), ObjectRange.Extent.WHOLE);
  }

  /**
   * @param apiVersion {@code meta.k8s.io/v1} or {@code v1beta1}
   */
  static Projection metadata(String apiVersion) {
    return new Projection(apiVersion, PARTIAL, ObjectRange.Extent.METADATA);
  }

  boolean partial() {
    return extent == ObjectRange.Extent.METADATA;
  }

  ObjectType objectType(ResourceType type) {
    return partial() ? MetaKinds.partialObjectMetadata() : type.objectType();
  }

  /** An object's JSON in this shape. */
  byte[] show(byte[] json) {
    if (!partial()) {
      return json;
    }
    ObjectHeader header = metadataOf(json);
    return Encoding.join(
        JsonEncoding.head(apiVersion, kind),
        tail(json, header.metadataOffset(), header.metadataEnd()));
  }

  /** Finds an object's metadata. */
  static ObjectHeader metadataOf(byte[] json) {
    ObjectHeader header = ObjectHeader.scan(json, List.of());
    if (header.metadataOffset() < 0) {
      throw new IllegalArgumentException("an object without metadata");
    }
    return header;
  }

  /** The member {@code "metadata":{…}}, followed by a closing brace. */
  static byte[] tail(byte[] json, int from, int metadataEnd) {
    byte[] tail = new byte[metadataEnd - from + 1];
    System.arraycopy(json, from, tail, 0, metadataEnd - from);
    tail[tail.length - 1] = '}';
    return tail;
  }
}
