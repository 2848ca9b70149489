package dev.rheo.resource.custom;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.type.Conversion;
import java.util.Map;

/**
 * The conversion of a custom resource whose versions differ only in name and schema. As upstream,
 * an object that is read has the defaults of the version in which it is stored and the fields of
 * both versions.
 */
final class CustomConversion implements Conversion {
  private final Map<String, CustomVersion> versions;
  private final CustomVersion served;
  private final CustomVersion stored;
  private final String kind;
  private final boolean reread;
  private final boolean sameSchema;

  /**
   * @param versions all versions of the definition by name
   * @param reread whether stored objects may not fulfil the present schema, as it has changed
   * @param sameSchema whether the served and the stored version have the same schema
   */
  CustomConversion(
      Map<String, CustomVersion> versions,
      CustomVersion served,
      CustomVersion stored,
      String kind,
      boolean reread,
      boolean sameSchema) {
    this.versions = Map.copyOf(versions);
    this.served = served;
    this.stored = stored;
    this.kind = kind;
    this.reread = reread;
    this.sameSchema = sameSchema;
  }

  @Override
  public boolean isIdentity() {
    return !reread && served == stored;
  }

  @Override
  public boolean sharesForms() {
    return !reread && sameSchema;
  }

  @Override
  public ObjectNode toStored(ObjectNode object) {
    if (served != stored) {
      named(object, stored);
      if (!sameSchema) {
        stored.prune(object, null);
        stored.apply(object);
      }
    }
    return object;
  }

  @Override
  public ObjectNode fromStored(ObjectNode object) {
    if (reread) {
      writtenIn(object).refresh(object);
    }
    named(object, served);
    if (reread || !sameSchema) {
      served.prune(object, null);
    }
    return object;
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
