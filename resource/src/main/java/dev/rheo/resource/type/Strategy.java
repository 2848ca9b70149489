package dev.rheo.resource.type;

import dev.rheo.api.name.Names;
import java.util.List;

/**
 * How the objects of a resource are written: the strategies of upstream's registries, as flags.
 *
 * @param names syntax of {@code metadata.name}
 * @param hasStatus main writes keep the stored status; writes of {@code /status} keep everything
 *     but status and metadata
 * @param statusResetOnCreate a create drops the status that it is given
 * @param statusKeepsMetadata writes of {@code /status} keep labels, annotations, finalizers, owner
 *     references and deletionTimestamp, too
 * @param statusKeepsLabels writes of {@code /status} keep the labels, too
 * @param startsGeneration a create sets {@code metadata.generation} to 1
 * @param generationParts dotted paths of the parts whose change increments {@code
 *     metadata.generation}; {@code *} for everything but metadata, and status if it is written
 *     apart
 * @param unconditionalUpdate an update without resourceVersion is allowed
 * @param createOnUpdate an update creates an object that does not exist
 * @param gracefulDelete a deletion starts with a grace period
 * @param expires an object is deleted some time after its last write
 * @param anyFinalizers finalizers need not have a domain
 * @param checksPrefix an update checks {@code metadata.generateName}, too
 * @param namesByUid a new object without a name gets a uid for one
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
    boolean gracefulDelete,
    boolean expires,
    boolean anyFinalizers,
    boolean checksPrefix,
    boolean namesByUid) {

  /** The strategy of resources that are not stored. */
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
          false,
          false,
          false,
          false,
          false);

  /** Parses the columns of {@code storage.txt}. */
  static Strategy parse(String names, String generation, String flags) {
    return new Strategy(
        switch (names) {
          case "subdomain" -> Names.Kind.DNS_SUBDOMAIN;
          case "label" -> Names.Kind.DNS_LABEL;
          case "segment" -> Names.Kind.PATH_SEGMENT;
          case "ip" -> Names.Kind.IP_ADDRESS;
          case "long" -> Names.Kind.LONG_NAME;
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
        has(flags, 'd'),
        has(flags, 'e'),
        has(flags, 'f'),
        has(flags, 'v'),
        has(flags, 'i'));
  }

  private static boolean has(String flags, char flag) {
    return flags.indexOf(flag) >= 0;
  }
}
