package dev.rheo.cache;

/**
 * A resource as readers see it at one revision.
 *
 * @param tree its objects
 * @param end one past the number of the last event
 */
record TableState(Table table, EntryTree tree, long end) {
  /** The state that the table has now. Called under the cache's lock. */
  static TableState of(Table table) {
    return new TableState(table, table.editor.tree(), table.log.end());
  }
}
