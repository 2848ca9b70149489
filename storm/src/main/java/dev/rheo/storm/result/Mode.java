package dev.rheo.storm.result;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** How readers request the initial objects. */
public enum Mode {
  /** One list request, like that of a reflector without watch list. */
  @JsonProperty("list")
  LIST,
  /** One watch request with {@code sendInitialEvents=true} (KEP-3157). */
  @JsonProperty("watchlist")
  WATCHLIST;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
