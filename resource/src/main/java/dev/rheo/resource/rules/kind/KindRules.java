package dev.rheo.resource.rules.kind;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.resource.type.WriteRules;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The rules of one kind, which reads objects as {@link Field}s. A kind overrides what it needs:
 * most check a create and a main update alike.
 */
public abstract class KindRules implements WriteRules {
  @Override
  public final void create(ObjectNode object, FieldErrors errors) {
    checkCreate(Field.root(object, errors));
  }

  @Override
  public final void update(
      ObjectNode object, ObjectNode old, String subresource, FieldErrors errors) {
    Field now = Field.root(object, errors);
    Field before = Field.root(old, errors);
    if (subresource.isEmpty()) {
      checkUpdate(now, before);
    } else {
      checkSubresource(subresource, now, before);
    }
  }

  @Override
  public final void warn(
      ObjectNode object, @Nullable ObjectNode old, String subresource, Consumer<String> warnings) {
    FieldErrors none = new FieldErrors();
    if (subresource.isEmpty()) {
      warn(Field.root(object, none), Field.root(old, none), warnings);
    } else {
      warn(subresource, Field.root(object, none), Field.root(old, none), warnings);
    }
  }

  /** Checks a new object. */
  protected void checkCreate(Field object) {}

  /** Checks a main write of an object that exists. */
  protected void checkUpdate(Field object, Field old) {
    checkCreate(object);
  }

  /** Checks a write of a subresource. */
  protected void checkSubresource(String subresource, Field object, Field old) {}

  /**
   * Tells what is not wrong, but not right either.
   *
   * @param old {@linkplain Field#present() absent} for a create
   */
  protected void warn(Field object, Field old, Consumer<String> warnings) {}

  /** As {@link #warn(Field, Field, Consumer)}, of a write of a subresource. */
  protected void warn(String subresource, Field object, Field old, Consumer<String> warnings) {}
}
