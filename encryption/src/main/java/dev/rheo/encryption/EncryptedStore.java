package dev.rheo.encryption;

import dev.rheo.api.name.GroupResource;
import dev.rheo.encryption.value.IdentityTransformer;
import dev.rheo.encryption.value.TransformException;
import dev.rheo.encryption.value.Transformer;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.StoreException;
import dev.rheo.store.TranslatedStore;
import dev.rheo.store.UnreadableValueException;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A store whose values are encrypted. What was encrypted with another key than would be used today
 * is {@linkplain KeyValue#stale stale}.
 */
public final class EncryptedStore extends TranslatedStore {
  /** The longest part of a stored value that names its provider and key. */
  private static final int SHOWN = 80;

  private final Encryption encryption;
  private final Function<String, @Nullable GroupResource> resources;
  private final UnaryOperator<String> contexts;

  /**
   * @param store closed with this one
   * @param resources the resource of a key; null for a key that is no object's
   * @param contexts the key as the engine lays it out, to which values are bound
   */
  public EncryptedStore(
      RevisionStore store,
      Encryption encryption,
      Function<String, @Nullable GroupResource> resources,
      UnaryOperator<String> contexts) {
    super(store);
    this.encryption = encryption;
    this.resources = resources;
    this.contexts = contexts;
  }

  @Override
  protected byte[] written(String key, byte[] value) throws StoreException {
    Transformer transformer = transformer(key);
    if (transformer == IdentityTransformer.INSTANCE) {
      return value;
    }
    try {
      return transformer.write(new byte[0], value, context(key));
    } catch (TransformException e) {
      throw new StoreException(
          StoreException.Fault.UNREADABLE,
          e.reason(),
          "unable to encrypt the value of %s: %s".formatted(key, e.reason()),
          false,
          e);
    }
  }

  @Override
  protected Plain read(String key, byte[] stored) throws UnreadableValueException {
    try {
      Transformer.Plain plain = transformer(key).read(stored, 0, context(key));
      return new Plain(plain.value(), plain.stale());
    } catch (TransformException e) {
      throw new UnreadableValueException(key, reason(stored, e), e);
    }
  }

  private Transformer transformer(String key) {
    return encryption.of(resources.apply(key));
  }

  private byte[] context(String key) {
    return contexts.apply(key).getBytes(StandardCharsets.UTF_8);
  }

  /** Why a value cannot be read; without a configuration, what it needs. */
  private String reason(byte[] stored, TransformException cause) {
    return encryption.isConfigured() || !IdentityTransformer.isEncrypted(stored)
        ? cause.reason()
        : "it is encrypted (%s), and the server has no --encryption-provider-config"
            .formatted(provider(stored));
  }

  /** The part of a stored value before the cipher text: {@code k8s:enc:aescbc:v1:key1:}. */
  private static String provider(byte[] stored) {
    int colons = 0;
    int end = 0;
    while (end < stored.length && end < SHOWN && colons < 5 && stored[end] > ' ') {
      colons += stored[end++] == ':' ? 1 : 0;
    }
    return new String(stored, 0, end, StandardCharsets.US_ASCII);
  }
}
