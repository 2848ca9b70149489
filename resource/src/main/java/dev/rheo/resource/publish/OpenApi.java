package dev.rheo.resource.publish;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.schema.TypeTable;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The OpenAPI documents. Those of v3 (KEP-2896) are one for each group version: its paths, and the
 * schemas of its types and of the types that they refer to, without descriptions. There are small
 * ones for what belongs to no group version, such as discovery ({@link OpenApiRoot}). All are
 * written from the type table on first use and kept compressed, some 200 KiB in total. When the
 * served types have changed, the documents of the group versions concerned are written again.
 * Thread-safe.
 *
 * <p>Before a write, kubectl reads here whether a PATCH of the kind has the parameter {@code
 * fieldValidation}, and how lists are merged. {@code kubectl explain} shows the schemas.
 */
public final class OpenApi {
  /**
   * One document.
   *
   * @param gzip the compressed document; must not be changed
   * @param hash SHA-512 of the document in upper-case hexadecimal. It is the {@code hash} parameter
   *     of the document's URL and, in quotes, its ETag. The response to a request with this {@code
   *     hash} may be marked immutable
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Compressed(byte[] gzip, String hash) {
    /** The length of the document itself, as the end of a gzip member tells it (RFC 1952). */
    int length() {
      return ByteBuffer.wrap(gzip).order(ByteOrder.LITTLE_ENDIAN).getInt(gzip.length - 4);
    }

    /** The document itself. */
    public byte[] bytes() {
      try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(gzip))) {
        return in.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Beyond the nesting of a definition: what is around its schema, and what is added to it. */
  static final int MORE_DEPTH = 32;

  static final JsonFactory JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(ObjectDecoder.MAX_DEPTH + 2 * MORE_DEPTH)
                          .build())
                  .streamWriteConstraints(
                      StreamWriteConstraints.builder()
                          .maxNestingDepth(ObjectDecoder.MAX_DEPTH + 2 * MORE_DEPTH)
                          .build())
                  .build())
          .build()
          .getFactory();

  /** A document, and the types that it describes. */
  private record Written(List<ResourceType> types, Compressed document) {}

  private record Documents(ResourceRegistry of, Map<String, Written> byPath) {}

  /**
   * What extension API servers add.
   *
   * @param urls of their documents of v3, by path
   * @param documents of v3 that were made for servers that have none, by path
   * @param specs their parts of the document of v2; the first of several with the same path has it
   */
  public record Extensions(
      Map<String, String> urls, Map<String, Compressed> documents, List<ExtensionSpec> specs) {
    public static final Extensions NONE = new Extensions(Map.of(), Map.of(), List.of());
  }

  /** The document of version 2, and what it was made of. */
  private record Merged(Documents of, List<ExtensionSpec> with, OpenApiV2.Both both) {}

  /** The index of version 3, and what it was made of. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Index(Documents of, Map<String, String> with, byte[] document) {}

  private final Supplier<ResourceRegistry> served;
  private final Supplier<Extensions> extensions;
  private volatile @Nullable Documents documents;
  private volatile @Nullable Merged v2;
  private volatile @Nullable Index index;

  /**
   * @param served the registry in force
   * @param extensions what is known of extension API servers; other collections if they have
   *     changed
   */
  public OpenApi(Supplier<ResourceRegistry> served, Supplier<Extensions> extensions) {
    this.served = served;
    this.extensions = extensions;
  }

  /** The documents of a server without extensions. */
  public OpenApi(Supplier<ResourceRegistry> served) {
    this(served, () -> Extensions.NONE);
  }

  /** {@code /openapi/v3}: the paths of the documents and their URLs. */
  public byte[] index() {
    Documents now = documents();
    Map<String, String> with = extensions.get().urls();
    Index made = index;
    if (made == null || made.of != now || made.with != with) {
      made = new Index(now, with, index(now.byPath, with));
      index = made;
    }
    return made.document;
  }

  /**
   * {@code /openapi/v3/{path}}, or null if there is none.
   *
   * @param path {@code api/v1}, {@code apis/apps/v1}
   */
  public @Nullable Compressed document(String path) {
    Written written = documents().byPath.get(path);
    return written == null ? extensions.get().documents().get(path) : written.document;
  }

  /** The document of OpenAPI v2, as JSON or as protobuf. Made when it is first asked for. */
  public Compressed v2(boolean protobuf) {
    Documents now = documents();
    List<ExtensionSpec> with = extensions.get().specs();
    Merged made = v2;
    if (!isOf(made, now, with)) {
      synchronized (this) {
        made = v2;
        if (!isOf(made, now, with)) {
          made = new Merged(now, with, merged(now, with));
          v2 = made;
        }
      }
    }
    OpenApiV2.Both both = Objects.requireNonNull(made).both;
    return protobuf ? both.protobuf() : both.json();
  }

  private static boolean isOf(@Nullable Merged made, Documents of, List<ExtensionSpec> with) {
    return made != null && made.of == of && made.with == with;
  }

  private static OpenApiV2.Both merged(Documents of, List<ExtensionSpec> with) {
    try {
      return OpenApiV2.of(
          of.byPath.values().stream()
              .map(
                  written ->
                      new OpenApiV2.Part(
                          written.document, CustomDocument.definitions(written.types)))
              .toList(),
          with);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The path of a type's group version: {@code api/v1}, {@code apis/apps/v1}. */
  static String path(ResourceType type) {
    return (type.group().isEmpty() ? "api/" : "apis/") + type.apiVersion();
  }

  private Documents documents() {
    Documents made = documents;
    if (made == null || made.of != served.get()) {
      synchronized (this) {
        ResourceRegistry registry = served.get();
        made = documents;
        if (made == null || made.of != registry) {
          made = make(registry, made == null ? Map.of() : made.byPath);
          documents = made;
        }
      }
    }
    return made;
  }

  private static Documents make(ResourceRegistry registry, Map<String, Written> before) {
    Map<String, List<ResourceType>> groupVersions = new LinkedHashMap<>();
    for (ResourceType type : registry.all()) {
      groupVersions.computeIfAbsent(path(type), any -> new ArrayList<>()).add(type);
    }
    try {
      OpenApiSchemas schemas = null;
      Map<String, Written> byPath = new TreeMap<>();
      for (Map.Entry<String, List<ResourceType>> entry : groupVersions.entrySet()) {
        String path = entry.getKey();
        List<ResourceType> types = entry.getValue();
        Written same = before.get(path);
        if (same == null || !same.types.equals(types)) {
          if (schemas == null) {
            schemas = new OpenApiSchemas(TypeTable.builtIn());
          }
          long mark = Meter.mark();
          same = new Written(types, document(schemas, path, types));
          Meter.release(mark);
        }
        byPath.put(path, same);
      }
      for (OpenApiRoot root : OpenApiRoot.of(registry)) {
        Written same = before.get(root.path());
        if (same == null) {
          if (schemas == null) {
            schemas = new OpenApiSchemas(TypeTable.builtIn());
          }
          OpenApiSchemas all = schemas;
          same = new Written(List.of(), document(json -> root.write(json, all)));
        }
        byPath.put(root.path(), same);
      }
      return new Documents(registry, byPath);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Compressed document(OpenApiSchemas schemas, String path, List<ResourceType> types)
      throws IOException {
    if (types.getFirst().custom() != null) {
      return document(
          "Kubernetes CRD Swagger", "v0.1.0", json -> CustomDocument.write(json, schemas, types));
    }
    return document(
        json -> {
          json.writeObjectFieldStart("paths");
          Set<String> kinds = new OpenApiPaths(json, path).write(types);
          json.writeEndObject();
          json.writeObjectFieldStart("components");
          json.writeObjectFieldStart("schemas");
          schemas.write(json, types.getFirst(), kinds);
          json.writeEndObject();
          json.writeEndObject();
        });
  }

  private interface Content {
    void write(JsonGenerator json) throws IOException;
  }

  private static Compressed document(Content content) throws IOException {
    return document("Kubernetes", "v" + Discovery.KUBERNETES_VERSION, content);
  }

  private static Compressed document(String title, String version, Content content)
      throws IOException {
    MessageDigest digest = sha512();
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (JsonGenerator json =
        JSON.createGenerator(
            new DigestOutputStream(new GZIPOutputStream(compressed, 8 << 10), digest))) {
      json.writeStartObject();
      json.writeStringField("openapi", "3.0.0");
      json.writeObjectFieldStart("info");
      json.writeStringField("title", title);
      json.writeStringField("version", version);
      json.writeEndObject();
      content.write(json);
      json.writeEndObject();
    }
    return new Compressed(
        compressed.toByteArray(), HexFormat.of().withUpperCase().formatHex(digest.digest()));
  }

  /** The URL of a document that this server has, relative to it. */
  public static String url(String path, Compressed document) {
    return "/openapi/v3/" + path + "?hash=" + document.hash;
  }

  /** This server's own document of a path comes first. */
  private static byte[] index(Map<String, Written> byPath, Map<String, String> more) {
    Map<String, String> urls = new TreeMap<>(more);
    byPath.forEach((path, written) -> urls.put(path, url(path, written.document)));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeObjectFieldStart("paths");
      for (Map.Entry<String, String> url : urls.entrySet()) {
        json.writeObjectFieldStart(url.getKey());
        json.writeStringField("serverRelativeURL", url.getValue());
        json.writeEndObject();
      }
      json.writeEndObject();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  static MessageDigest sha512() {
    try {
      return MessageDigest.getInstance("SHA-512");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
