package dev.rheo.merge.typed;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How values of a type are merged. A type may allow a scalar, a list and a map at once; the value
 * then decides. Compared by identity. Thread-safe if its lists and maps are.
 */
public final class MergeType {
  /** The scalars that a type allows. */
  public enum Scalar {
    STRING,
    NUMERIC,
    BOOLEAN,
    /** Any of them. */
    UNTYPED
  }

  /** The elements of a list. */
  public interface ListShape {
    /** The type of the elements. */
    MergeType element();

    /** Whether the list is a set or a map, whose elements have owners of their own. */
    boolean associative();

    /**
     * The fields of an element that identify it; empty for a set, whose elements are identified by
     * their values.
     */
    List<String> keys();
  }

  /** The fields of a struct, or the entries of a map. */
  public interface MapShape {
    /** The type of a declared field, or null if the field is not declared. */
    @Nullable MergeType field(String name);

    /** The default of a declared field, or null. */
    @Nullable JsonNode defaultOf(String name);

    /** The type of what is not declared, or null if only declared fields are allowed. */
    @Nullable MergeType element();

    /** Whether the map has one owner, as if it were a scalar. */
    boolean atomic();

    /**
     * Whether no field is declared and anything may be an entry. Such a map has no schema to
     * reconcile with.
     */
    default boolean isDeduced() {
      return false;
    }

    /** The type of a member, declared or not, or null if the map can have no such member. */
    default @Nullable MergeType member(String name) {
      MergeType field = field(name);
      return field == null ? element() : field;
    }
  }

  private static final class Untyped implements ListShape, MapShape {
    private final boolean deduced;

    Untyped(boolean deduced) {
      this.deduced = deduced;
    }

    @Override
    public MergeType element() {
      return deduced ? DEDUCED : ATOMIC;
    }

    @Override
    public boolean associative() {
      return false;
    }

    @Override
    public List<String> keys() {
      return List.of();
    }

    @Override
    public @Nullable MergeType field(String name) {
      return null;
    }

    @Override
    public @Nullable JsonNode defaultOf(String name) {
      return null;
    }

    @Override
    public boolean atomic() {
      return !deduced;
    }

    @Override
    public boolean isDeduced() {
      return deduced;
    }
  }

  private static final Untyped ATOMIC_SHAPE = new Untyped(false);
  private static final Untyped DEDUCED_SHAPE = new Untyped(true);

  /** Anything, with one owner. */
  public static final MergeType ATOMIC = new MergeType(Scalar.UNTYPED, ATOMIC_SHAPE, ATOMIC_SHAPE);

  /** Anything, whose map entries have owners of their own: an object without a schema. */
  public static final MergeType DEDUCED =
      new MergeType(Scalar.UNTYPED, ATOMIC_SHAPE, DEDUCED_SHAPE);

  /** A map whose entries have owners of their own. */
  public static final MergeType DEDUCED_MAP = new MergeType(null, null, DEDUCED_SHAPE);

  public static final MergeType STRING = new MergeType(Scalar.STRING, null, null);
  public static final MergeType NUMERIC = new MergeType(Scalar.NUMERIC, null, null);
  public static final MergeType BOOLEAN = new MergeType(Scalar.BOOLEAN, null, null);
  public static final MergeType UNTYPED = new MergeType(Scalar.UNTYPED, null, null);

  private final @Nullable Scalar scalar;
  private final @Nullable ListShape list;
  private final @Nullable MapShape map;
  private final MergeType scalarOnly;
  private final MergeType listOnly;
  private final MergeType mapOnly;

  /**
   * @param scalar null if no scalar is allowed
   * @param list null if no list is allowed
   * @param map null if no map is allowed
   */
  public MergeType(@Nullable Scalar scalar, @Nullable ListShape list, @Nullable MapShape map) {
    this.scalar = scalar;
    this.list = list;
    this.map = map;
    this.scalarOnly =
        scalar == null || (list == null && map == null) ? this : new MergeType(scalar, null, null);
    this.listOnly =
        list == null || (scalar == null && map == null) ? this : new MergeType(null, list, null);
    this.mapOnly =
        map == null || (scalar == null && list == null) ? this : new MergeType(null, null, map);
  }

  public @Nullable Scalar scalar() {
    return scalar;
  }

  public @Nullable ListShape list() {
    return list;
  }

  public @Nullable MapShape map() {
    return map;
  }

  /** The type of an entry or field, or null if the type has no such thing. */
  public @Nullable MergeType member(String name) {
    return map == null ? null : map.member(name);
  }

  /** What is left of the type if a value has to be of it; the whole type for null. */
  MergeType of(@Nullable JsonNode value) {
    if (value == null || value.isNull()) {
      return this;
    }
    return value.isArray() ? listOnly : value.isObject() ? mapOnly : scalarOnly;
  }
}
