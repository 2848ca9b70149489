package dev.rheo.api.options;

/**
 * The state that the initial events of a watch list show, as the server says in the header {@value
 * #HEADER} of its answer:
 *
 * <pre>
 *   Rheo-Initial-Events: history=1b4e28ba-2fa1-11d2-883f-0016d3cca427; revision=9177
 *   Rheo-Initial-Events: history=1b4e28ba-2fa1-11d2-883f-0016d3cca427; revision=9177; difference=true
 * </pre>
 *
 * A server that sends it understands {@link HeldState#HEADER}.
 *
 * <p>Source: docs/informer-protocol.md.
 *
 * @param history names what the revision belongs to: letters, digits and hyphens, at most 64.
 *     Revisions of different histories cannot be compared
 * @param revision of the state, which the bookmark at the end of the initial events carries as well
 * @param difference whether the initial events leave out what the client holds and name it instead
 */
public record InitialState(String history, long revision, boolean difference) {

  /** The name of the header field of the answer. */
  public static final String HEADER = "Rheo-Initial-Events";

  /**
   * The annotation of a bookmark that names objects which are unchanged: their {@link EscapedKey}s,
   * separated by spaces.
   */
  public static final String UNCHANGED = "rheo.dev/unchanged";

  /** The value of the header. */
  public String field() {
    return "history=%s; revision=%d".formatted(history, revision)
        + (difference ? "; difference=true" : "");
  }
}
