package dev.rheo.resource.custom;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.type.Conversion;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The conversion of a custom resource. Without a converter, the versions differ only in name and
 * schema. As upstream, an object that is read has the defaults of the version in which it is stored
 * and the fields of both versions, or those that a converter makes of it.
 */
final class CustomConversion implements Conversion {
  private final Map<String, CustomVersion> versions;
  private final CustomVersion served;
  private final CustomVersion stored;
  private final String kind;
  private final boolean reread;
  private final boolean sameSchema;
  private final @Nullable ObjectConverter converter;

  /**
   * @param versions all versions of the definition by name
   * @param reread whether stored objects may not fulfil the present schema, as it has changed
   * @param sameSchema whether the served and the stored version have the same schema
   * @param converter converts between versions; null if only their name changes
   */
  CustomConversion(
      Map<String, CustomVersion> versions,
      CustomVersion served,
      CustomVersion stored,
      String kind,
      boolean reread,
      boolean sameSchema,
      @Nullable ObjectConverter converter) {
    this.versions = Map.copyOf(versions);
    this.served = served;
    this.stored = stored;
    this.kind = kind;
    this.reread = reread;
    this.sameSchema = sameSchema;
    this.converter = converter;
  }

  @Override
  public boolean isIdentity() {
    return !reread && served == stored;
  }

  @Override
  public boolean sharesForms() {
    return !reread && sameSchema && (converter == null || served == stored);
  }

  @Override
  public boolean isOutside() {
    return converter != null && !isIdentity();
  }

  @Override
  public ObjectNode toStored(ObjectNode object) {
    if (served == stored) {
      return object;
    }
    ObjectNode converted = to(List.of(object), stored).getFirst();
    if (!sameSchema || converter != null) {
      stored.prune(converted, null);
      stored.apply(converted);
    }
    return converted;
  }

  @Override
  public ObjectNode fromStored(ObjectNode object) {
    return fromStored(List.of(object)).getFirst();
  }

  @Override
  public List<ObjectNode> fromStored(List<ObjectNode> objects) {
    if (reread) {
      objects.forEach(object -> writtenIn(object).refresh(object));
    }
    List<ObjectNode> converted = to(objects, served);
    if (reread || !sameSchema || converter != null) {
      converted.forEach(object -> served.prune(object, null));
    }
    return converted;
  }

  private List<ObjectNode> to(List<ObjectNode> objects, CustomVersion version) {
    if (converter == null) {
      objects.forEach(object -> named(object, version));
      return objects;
    }
    String wanted = version.apiVersion();
    List<ObjectNode> others =
        objects.stream()
            .filter(object -> !Trees.text(object, "apiVersion").equals(wanted))
            .toList();
    if (others.isEmpty()) {
      return objects;
    }
    Iterator<ObjectNode> converted = converter.convert(others, wanted).iterator();
    return objects.stream()
        .map(object -> Trees.text(object, "apiVersion").equals(wanted) ? object : converted.next())
        .toList();
  }

  /** The version in which an object was written: before another one became the stored one, too. */
  private CustomVersion writtenIn(ObjectNode object) {
    String apiVersion = Trees.text(object, "apiVersion");
    return versions.getOrDefault(apiVersion.substring(apiVersion.indexOf('/') + 1), stored);
  }

  private void named(ObjectNode object, CustomVersion version) {
    object.put("kind", kind).put("apiVersion", version.apiVersion());
  }
}
