package dev.rheo.cache;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A kind of form: how one is made from an object's canonical JSON. Kinds are compared by identity,
 * so each has one instance for as long as it is used. It is then released, and its forms go.
 *
 * <p>A kind can have a base, another kind from whose form it is made. Work that several kinds share
 * is then done once for each version of an object: the base is spooled like any other form.
 */
public abstract class FormKind {
  private final String name;
  private final @Nullable FormKind base;
  private volatile boolean released;

  /**
   * A kind that is made from the object's JSON.
   *
   * @param name for logs: short, with few distinct values
   */
  protected FormKind(String name) {
    this(name, null);
  }

  /**
   * @param base the kind from whose form, not compressed, this kind is made; null to make it from
   *     the object's JSON
   * @throws IllegalArgumentException if the base has a base itself
   */
  protected FormKind(String name, @Nullable FormKind base) {
    if (base != null && base.base != null) {
      throw new IllegalArgumentException("the base of %s has a base: %s".formatted(name, base));
    }
    this.name = name;
    this.base = base;
  }

  final @Nullable FormKind base() {
    return base;
  }

  public String name() {
    return name;
  }

  /**
   * Where forms of the kind are made if that means to wait for somebody outside, who may take long
   * or never answer; null if they are made by the makers that all kinds share. Always the same.
   */
  public @Nullable FormLane lane() {
    return null;
  }

  /** The kind itself or its base, whichever has a {@link #lane}; null if neither has. */
  public final @Nullable FormKind outside() {
    if (lane() != null) {
      return this;
    }
    return base != null && base.lane() != null ? base : null;
  }

  /**
   * Ends the use of the kind: from now on no form of it is made or kept, and readers that need one
   * get a {@link NotCachedException}. Its forms are dropped by {@link
   * WatchCache#dropReleasedForms}.
   */
  public final void release() {
    released = true;
  }

  final boolean isReleased() {
    return released;
  }

  /**
   * Makes the form. The same object must always give the same bytes, because an evicted form may be
   * made again while it is being read; a kind that cannot promise that gives its forms a checksum,
   * and a reader in the middle of a form that was different ends. Called by several threads.
   *
   * @throws IOException or any other exception if this object has no such form
   */
  protected abstract Made make(Source source) throws IOException;

  /**
   * Makes the forms of several objects at once, in their order. Called for kinds with a {@link
   * #lane}.
   *
   * @throws IOException or any other exception if one of the objects has no such form, or all of
   *     them
   */
  protected List<Made> makeAll(List<Source> sources) throws IOException {
    List<Made> made = new ArrayList<>(sources.size());
    for (Source source : sources) {
      made.add(make(source));
    }
    return made;
  }

  /**
   * What a form is made from: the object, or the form of the base.
   *
   * @param json canonical JSON with the wanted resourceVersion in place, or all bytes of the base's
   *     form; must not be changed
   * @param metadataOffset offset of the opening quote of the key {@code "metadata"}; 0 with a base
   * @param metadataEnd offset one past the closing brace of metadata; the length with a base
   */
  public record Source(byte[] json, int metadataOffset, int metadataEnd) {}

  /**
   * A form.
   *
   * @param bytes the bytes to spool
   * @param plainLength length of the decompressed bytes; that of {@code bytes} if they are not
   *     compressed
   * @param checksum CRC-32 of the decompressed bytes; may be 0 if they are not compressed
   */
  public record Made(byte[] bytes, int plainLength, int checksum) {
    public static Made plain(byte[] bytes) {
      return new Made(bytes, bytes.length, 0);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
