package dev.rheo.merge.manager;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.rheo.codec.io.Meter;
import dev.rheo.merge.path.FieldSet;
import dev.rheo.merge.path.Scalars;
import dev.rheo.merge.typed.Comparison;
import dev.rheo.merge.typed.Merger;
import dev.rheo.merge.typed.Reconciliation;
import dev.rheo.merge.typed.TypedException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Decides who owns which fields after a write, and what an applied configuration makes of an
 * object. Thread-safe if its converter and its filter are.
 */
public final class Updater {
  private final VersionConverter converter;
  private final UnaryOperator<FieldSet> tracked;

  /**
   * @param tracked leaves of a set the fields that writes can own: not those that the server resets
   */
  public Updater(VersionConverter converter, UnaryOperator<FieldSet> tracked) {
    this.converter = converter;
    this.tracked = tracked;
  }

  /**
   * @param object null if the configuration changes nothing
   */
  public record Applied(@Nullable Typed object, Map<ManagerId, OwnedFields> managers) {}

  /**
   * Notes an update: the manager owns what it changed or added, and nobody owns what it removed.
   *
   * @param before an empty object for a creation
   * @param compared what differs, as {@link #compare} tells
   * @param version the API version of both objects
   * @return the managers after the update
   * @throws TypedException if one of the objects is not of its type
   */
  public Map<ManagerId, OwnedFields> update(
      Typed before,
      Typed after,
      Comparison compared,
      String version,
      Map<ManagerId, OwnedFields> managers,
      ManagerId manager)
      throws TypedException {
    Map<ManagerId, OwnedFields> owners = reconciled(before, managers);
    try {
      take(before, after, compared, version, owners, manager, true);
    } catch (ConflictException e) {
      throw new IllegalStateException("an update has no conflicts", e);
    }
    OwnedFields own = owners.get(manager);
    FieldSet fields =
        (own == null ? FieldSet.EMPTY : own.fields())
            .difference(compared.removed())
            .union(compared.modified())
            .union(compared.added());
    put(owners, manager, new OwnedFields(tracked.apply(fields), version, false));
    return owners;
  }

  /**
   * Applies a configuration: it is merged into the object, and what the manager applied before and
   * does not apply now is removed, unless somebody else owns it.
   *
   * @param version the API version of both objects
   * @param force whether to take fields of other managers
   * @throws ConflictException if it would change fields of other managers, and is not forced to
   * @throws TypedException if one of the objects is not of its type
   */
  public Applied apply(
      Typed live,
      Typed configuration,
      String version,
      Map<ManagerId, OwnedFields> managers,
      ManagerId manager,
      boolean force)
      throws TypedException, ConflictException {
    Map<ManagerId, OwnedFields> owners = reconciled(live, managers);
    JsonNode merged = Merger.merge(live.value(), configuration.value(), live.type());
    Typed object = new Typed(merged == null ? NullNode.getInstance() : merged, live.type());
    OwnedFields last = owners.get(manager);
    owners.put(manager, new OwnedFields(tracked.apply(configuration.fields()), version, true));
    object = pruned(object, owners, version, last);
    take(live, object, compare(live, object), version, owners, manager, force);
    boolean unchanged = Scalars.equal(live.value(), object.value());
    return new Applied(unchanged ? null : object, owners);
  }

  /** Takes what a write changed or removed from the other managers. */
  private void take(
      Typed before,
      Typed after,
      Comparison compared,
      String version,
      Map<ManagerId, OwnedFields> owners,
      ManagerId manager,
      boolean force)
      throws TypedException, ConflictException {
    Map<String, Comparison> byVersion = new HashMap<>();
    byVersion.put(version, compared);
    Map<ManagerId, FieldSet> lost = new TreeMap<>();
    List<Conflict> conflicts = new ArrayList<>();
    for (Iterator<Map.Entry<ManagerId, OwnedFields>> all = owners.entrySet().iterator();
        all.hasNext(); ) {
      Map.Entry<ManagerId, OwnedFields> owner = all.next();
      if (owner.getKey().equals(manager)) {
        continue;
      }
      String theirs = owner.getValue().apiVersion();
      Comparison seen = byVersion.get(theirs);
      if (seen == null) {
        Typed first = converter.convert(before, theirs);
        Typed second = converter.convert(after, theirs);
        if (first == null || second == null) {
          // Nobody can tell any more what these fields are.
          all.remove();
          continue;
        }
        seen = compare(first, second);
        byVersion.put(theirs, seen);
      }
      FieldSet taken = owner.getValue().fields().intersection(seen.modified().union(seen.added()));
      taken.forEach(path -> conflicts.add(new Conflict(owner.getKey(), path)));
      FieldSet gone = taken.union(seen.removed());
      if (!gone.isEmpty()) {
        lost.put(owner.getKey(), gone);
      }
    }
    if (!force && !conflicts.isEmpty()) {
      throw new ConflictException(conflicts);
    }
    lost.forEach(
        (owner, fields) ->
            owners.computeIfPresent(owner, (_, own) -> own.with(own.fields().difference(fields))));
    owners.values().removeIf(own -> own.fields().isEmpty());
  }

  /**
   * What differs between two objects of one type among the fields that writes can own.
   *
   * @throws TypedException if one of the objects is not of its type
   */
  public Comparison compare(Typed before, Typed after) throws TypedException {
    return Comparison.of(before.value(), after.value(), before.type()).filtered(tracked);
  }

  private static void put(
      Map<ManagerId, OwnedFields> owners, ManagerId manager, OwnedFields fields) {
    if (fields.fields().isEmpty()) {
      owners.remove(manager);
    } else {
      owners.put(manager, fields);
    }
  }

  /** Removes what the manager applied last time, not now, and nobody else owns. */
  private Typed pruned(
      Typed merged,
      Map<ManagerId, OwnedFields> owners,
      String version,
      @Nullable OwnedFields last) {
    if (last == null || last.fields().isEmpty()) {
      return merged;
    }
    Typed converted = converter.convert(merged, last.apiVersion());
    if (converted == null) {
      return merged;
    }
    long mark = Meter.mark();
    Typed pruned = converted.without(converted.named(last.fields()));
    Meter.release(mark);
    pruned = withOwned(converted, pruned, last.apiVersion(), owners);
    Meter.release(mark);
    pruned = withForeign(converted, pruned, last);
    Meter.release(mark);
    Typed back = converter.convert(pruned, version);
    return back == null ? merged : back;
  }

  /** Adds back what somebody owns, the manager's new configuration included. */
  private Typed withOwned(
      Typed merged, Typed pruned, String prunedVersion, Map<ManagerId, OwnedFields> owners) {
    Map<String, FieldSet> byVersion = new TreeMap<>();
    for (OwnedFields owned : owners.values()) {
      byVersion.merge(owned.apiVersion(), owned.fields(), FieldSet::union);
    }
    // The version of the pruned object first: what its conversion needs is back then.
    FieldSet first = byVersion.remove(prunedVersion);
    Typed whole = merged;
    Typed left = pruned;
    if (first != null) {
      left = withOwned(whole, left, first);
    }
    for (Map.Entry<String, FieldSet> owned : byVersion.entrySet()) {
      Typed wholeThere = converter.convert(whole, owned.getKey());
      Typed leftThere = converter.convert(left, owned.getKey());
      if (wholeThere != null && leftThere != null) {
        whole = wholeThere;
        left = withOwned(whole, leftThere, owned.getValue());
      }
    }
    return left;
  }

  private static Typed withOwned(Typed merged, Typed pruned, FieldSet owned) {
    FieldSet all = merged.named(merged.fields());
    FieldSet stays = merged.named(pruned.fields()).union(merged.named(owned));
    return merged.without(all.difference(stays));
  }

  /** Adds back what was removed though the manager did not own it. */
  private Typed withForeign(Typed merged, Typed pruned, OwnedFields last) {
    Typed converted = converter.convert(pruned, last.apiVersion());
    if (converted == null) {
      return merged;
    }
    FieldSet left = merged.named(converted.fields());
    FieldSet all = merged.named(merged.fields());
    return merged.without(all.difference(left).intersection(merged.named(last.fields())));
  }

  /** The managers, with their sets adapted to types that have changed; unknown versions go. */
  private Map<ManagerId, OwnedFields> reconciled(Typed live, Map<ManagerId, OwnedFields> managers) {
    Map<ManagerId, OwnedFields> reconciled = new TreeMap<>();
    Map<String, @Nullable Typed> byVersion = new HashMap<>();
    managers.forEach(
        (manager, owned) -> {
          Typed there =
              byVersion.computeIfAbsent(
                  owned.apiVersion(), version -> converter.convert(live, version));
          if (there != null) {
            reconciled.put(
                manager, owned.with(Reconciliation.reconcile(owned.fields(), there.type())));
          }
        });
    return reconciled;
  }
}
