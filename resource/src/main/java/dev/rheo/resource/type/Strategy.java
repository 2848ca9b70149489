package dev.rheo.resource.type;

import dev.rheo.api.name.Names;
import java.util.List;

/**
 * How the objects of a resource are written: what upstream spreads over the strategies of its
 * registries, as flags.
 *
 * @param names what {@code metadata.name} must be
 * @param hasStatus main writes keep the status that is stored, writes of {@code /status} keep
 *     everything else
 * @param statusResetOnCreate a status given on create is dropped
 * @param statusKeepsMetadata writes of {@code /status} keep labels, annotations, finalizers and
 *     owner references too
 * @param statusKeepsLabels writes of {@code /status} keep the labels
 * @param startsGeneration {@code metadata.generation} is 1 after create
 * @param generationParts the parts (dotted paths; {@code *} for all but metadata and status) whose
 *     change bumps {@code metadata.generation}
 * @param unconditionalUpdate an update without resourceVersion is allowed
 * @param createOnUpdate an update of what does not exist creates it
 * @param gracefulDelete a deletion first runs down a grace period
 */
public record Strategy(
    Names.Kind names,
    boolean hasStatus,
    boolean statusResetOnCreate,
    boolean statusKeepsMetadata,
    boolean statusKeepsLabels,
    boolean startsGeneration,
    List<String> generationParts,
    boolean unconditionalUpdate,
    boolean createOnUpdate,
    boolean gracefulDelete) {

  /** Of resources that are not stored. */
  static final Strategy NONE =
      new Strategy(
          Names.Kind.PATH_SEGMENT,
          false,
          false,
          false,
          false,
          false,
          List.of(),
          true,
          false,
          false);

  /**
   * Whether writes keep {@code metadata.generation} themselves rather than taking the client's
   * word.
   */
  public boolean hasGeneration() {
    return startsGeneration || !generationParts.isEmpty();
  }

  /** From the columns of {@code storage.txt}. */
  static Strategy parse(String names, String generation, String flags) {
    return new Strategy(
        switch (names) {
          case "subdomain" -> Names.Kind.DNS_SUBDOMAIN;
          case "label" -> Names.Kind.DNS_LABEL;
          case "label1035" -> Names.Kind.DNS_1035_LABEL;
          case "segment" -> Names.Kind.PATH_SEGMENT;
          default -> throw new IllegalArgumentException(names);
        },
        has(flags, 's') || has(flags, 'n'),
        has(flags, 's'),
        has(flags, 'm'),
        has(flags, 'l'),
        has(flags, 'c'),
        generation.equals("-") ? List.of() : List.of(generation.split(",")),
        has(flags, 'u'),
        has(flags, 'p'),
        has(flags, 'd'));
  }

  private static boolean has(String flags, char flag) {
    return flags.indexOf(flag) >= 0;
  }
}
