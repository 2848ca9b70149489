package dev.rheo.resource.rules.storage;

import dev.rheo.resource.rules.kind.Field;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * A type of volume, and what is demanded of its source.
 *
 * @param member its name in JSON
 * @param refusedAs the name where it is refused beside another type, of which upstream misspells
 *     some; empty if it is not refused
 * @param checkedAs the name where its own faults are
 * @param check of the source, which is a member of the volume
 * @param <O> what else the checks depend on
 */
record SourceType<O>(
    String member, String refusedAs, String checkedAs, BiConsumer<Field, O> check) {

  static <O> SourceType<O> of(String member, BiConsumer<Field, O> check) {
    return new SourceType<>(member, member, member, check);
  }

  /** Demands a source of one type, and checks it. */
  static <O> void check(Field volume, List<SourceType<O>> types, O options) {
    boolean found = false;
    for (SourceType<O> type : types) {
      Field source = volume.at(type.member);
      if (source.absent()) {
        continue;
      }
      if (found && !type.refusedAs.isEmpty()) {
        source.named(type.refusedAs).forbidden("may not specify more than 1 volume type");
      } else {
        type.check.accept(source.named(type.checkedAs), options);
      }
      found = true;
    }
    if (!found) {
      volume.required("must specify a volume type");
    }
  }
}
