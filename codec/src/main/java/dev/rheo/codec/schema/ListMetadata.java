package dev.rheo.codec.schema;

/**
 * The metadata of a list, as every format writes it.
 *
 * @param revision of the state that the list shows
 * @param continueToken empty at the end
 * @param remaining items after this page; 0 if not told
 * @param shard the selector of the shard that the list is narrowed to; empty if it is not
 */
public record ListMetadata(long revision, String continueToken, long remaining, String shard) {

  /** Compact JSON in upstream's order of fields. */
  public String toJson() {
    return toJson(false);
  }

  /**
   * As {@link #toJson()}.
   *
   * @param open whether the list is one of custom resources, which tells its token even at the end
   */
  public String toJson(boolean open) {
    StringBuilder text =
        new StringBuilder(80).append("{\"resourceVersion\":\"").append(revision).append('"');
    if (open && continueToken.isEmpty()) {
      text.append(",\"continue\":\"\"");
    } else if (!continueToken.isEmpty()) {
      text.append(",\"continue\":\"").append(continueToken).append('"');
      if (remaining > 0) {
        text.append(",\"remainingItemCount\":").append(remaining);
      }
    }
    if (!shard.isEmpty()) {
      // No character of a selector needs an escape.
      text.append(",\"shardInfo\":{\"selector\":\"").append(shard).append("\"}");
    }
    return text.append('}').toString();
  }
}
