package dev.rheo.server.storage;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.cbor.CborForms;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.json.HeaderScanner;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.protobuf.ProtobufCodec;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.resource.type.StoredResource;
import java.util.List;

/**
 * Translates between the canonical form of objects and those in which kube-apiserver keeps them.
 *
 * <p>Kinds of Kubernetes are protobuf in an envelope ({@code k8s}, a zero byte, {@code
 * runtime.Unknown}) or JSON or CBOR, in whichever version they were written. They are read into the
 * version in which Rheo stores them, with what has got a default since. Objects of other kinds are
 * JSON or CBOR. Values of keys that are no objects are left as they are.
 *
 * <p>Immutable and thread-safe.
 */
public final class StoredForms {
  /** How what is written looks. */
  public enum Written {
    PROTOBUF,
    JSON
  }

  private static final HeaderScanner HEADERS = HeaderScanner.of(List.of());

  private final ResourceRegistry registry;
  private final Written written;
  private final KeyLayout layout;
  private final EarlierVersions earlier = new EarlierVersions();

  /**
   * @param registry the kinds of Kubernetes; others need no table
   */
  public StoredForms(ResourceRegistry registry, Written written) {
    this.registry = registry;
    this.written = written;
    this.layout = new KeyLayout(registry);
  }

  /**
   * The canonical form of a value.
   *
   * @throws dev.rheo.codec.io.MalformedException if it is not an object that can be read
   */
  public byte[] read(String key, byte[] value) {
    StoredResource resource = layout.builtIn(key);
    ObjectNode tree;
    if (startsWith(value, 'k', '8', 's', 0)) {
      if (resource == null) {
        return notAnObject(key, value);
      }
      tree = ProtobufCodec.builtIn().toTree(value);
    } else if (startsWith(value, 0xd9, 0xd9, 0xf7)) {
      tree = CborForms.toTree(value, resource == null ? null : resource.objectType());
    } else if (!startsWith(value, '{')) {
      return resource == null ? notAnObject(key, value) : encrypted(value);
    } else if (isCanonical(value)) {
      return value;
    } else {
      tree = ObjectDecoder.decode(value, ObjectDecoder.MAX_DEPTH).tree();
    }
    if (resource == null) {
      return Canonicalizer.encode(tree, null);
    }
    ObjectNode stored = inStoredVersion(tree, resource);
    resource.defaults().apply(stored);
    return Canonicalizer.encode(stored, resource.objectType());
  }

  /** The value of a key that is no resource of Kubernetes, and in a form that no object has. */
  private static byte[] notAnObject(String key, byte[] value) {
    String root = KeyLayout.ROOT;
    int slash = key.indexOf('/', root.length());
    int dot = key.indexOf('.', root.length());
    // The keys of custom resources begin with a group, which has a dot.
    return key.startsWith(root) && dot > 0 && dot < slash ? encrypted(value) : value;
  }

  /** Cipher text is left as it is; nothing else is in this place. */
  private static byte[] encrypted(byte[] value) {
    if (startsWith(value, 'k', '8', 's', ':', 'e', 'n', 'c', ':')) {
      return value;
    }
    throw new MalformedException("it is in no form that objects have");
  }

  /** A canonical form as it is written. What is no JSON, being encrypted, is left as it is. */
  public byte[] write(String key, byte[] canonical) {
    StoredResource resource = layout.builtIn(key);
    if (written == Written.JSON
        || resource == null
        || !startsWith(canonical, '{')
        || !ProtobufCodec.builtIn().supports(resource.apiVersion(), resource.kind())) {
      return canonical;
    }
    return ProtobufCodec.builtIn().toProtobuf(canonical);
  }

  private ObjectNode inStoredVersion(ObjectNode tree, StoredResource resource) {
    String apiVersion = tree.path("apiVersion").asText();
    String kind = tree.path("kind").asText();
    if (apiVersion.equals(resource.apiVersion()) && kind.equals(resource.kind())) {
      return tree;
    }
    for (ResourceType type : registry.all()) {
      if (type.isStored()
          && type.storage() == resource
          && type.apiVersion().equals(apiVersion)
          && type.kind().equals(kind)) {
        return type.conversion().toStored(tree);
      }
    }
    if (earlier.toStored(tree, resource)) {
      return tree;
    }
    throw new MalformedException(
        "it is no object of %s: %s, %s".formatted(resource, apiVersion, kind));
  }

  /** Whether JSON was written by Rheo: what kube-apiserver writes has no resourceVersion. */
  private static boolean isCanonical(byte[] json) {
    try {
      return HEADERS.scan(json).revisionOffset() >= 0;
    } catch (RuntimeException e) {
      return false;
    }
  }

  private static boolean startsWith(byte[] value, int... first) {
    if (value.length < first.length) {
      return false;
    }
    for (int i = 0; i < first.length; i++) {
      if ((value[i] & 0xff) != first[i]) {
        return false;
      }
    }
    return true;
  }
}
