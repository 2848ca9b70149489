package dev.rheo.storm.result;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result of a storm.
 *
 * @param schemaVersion {@link #SCHEMA_VERSION}; grows when a field changes its meaning or is
 *     removed
 * @param tool version of Rheo that ran the storm
 * @param startedAt RFC 3339, UTC
 * @param server the server under test and the storm's machine
 * @param settings all settings
 * @param creation the creation of the objects
 * @param runs in the order in which they were run
 * @param warnings what the user should know although it did not stop the storm
 * @param aborted why the storm ended early, or null
 */
public record StormResult(
    int schemaVersion,
    String tool,
    String startedAt,
    ServerInfo server,
    StormSettings settings,
    Creation creation,
    List<RunResult> runs,
    List<String> warnings,
    @Nullable String aborted) {

  public static final int SCHEMA_VERSION = 1;

  public StormResult {
    runs = List.copyOf(runs);
    warnings = List.copyOf(warnings);
  }

  /** Returns whether nothing was aborted and every reader of every run completed. */
  @JsonIgnore
  public boolean succeeded() {
    return aborted == null
        && runs.stream().allMatch(run -> run.readersFailed() == 0 && run.aborted() == null);
  }
}
