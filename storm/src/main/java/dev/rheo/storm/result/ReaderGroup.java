package dev.rheo.storm.result;

/**
 * How far some readers with consecutive numbers have come.
 *
 * @param first number of the first reader of the group
 * @param last number of the last one
 * @param complete readers that have verified everything
 * @param failed readers that gave up
 * @param objects verified by the group
 * @param expectedObjects of the whole group
 * @param bytes received by the group
 */
public record ReaderGroup(
    int first, int last, int complete, int failed, long objects, long expectedObjects, long bytes) {

  /** Readers in the group. */
  public int readers() {
    return last - first + 1;
  }
}
