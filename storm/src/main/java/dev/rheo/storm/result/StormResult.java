package dev.rheo.storm.result;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A whole storm.
 *
 * @param schemaVersion {@link #SCHEMA_VERSION}; grows when a field changes its meaning or goes
 * @param tool version of Rheo that measured
 * @param startedAt RFC 3339, UTC
 * @param server what was tested, where
 * @param settings all of them
 * @param creation how long it took to create the objects
 * @param runs in the order in which they were run
 * @param warnings what did not stop the storm but should be known
 * @param aborted why it ended early, or null
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

  /** Whether every reader of every run got everything. */
  @JsonIgnore
  public boolean succeeded() {
    return aborted == null
        && runs.stream().allMatch(run -> run.readersFailed() == 0 && run.aborted() == null);
  }
}
