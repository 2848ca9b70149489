package dev.rheo.storm.result;

/**
 * Progress of a group of readers with consecutive numbers.
 *
 * @param first number of the first reader
 * @param last number of the last reader
 * @param complete readers that have synced and not failed
 * @param failed readers that have failed
 * @param objects initial objects verified by the group
 * @param expectedObjects initial objects that the whole group is to verify
 * @param bytes body bytes received by the group
 */
public record ReaderGroup(
    int first, int last, int complete, int failed, long objects, long expectedObjects, long bytes) {

  /** Returns the number of readers in the group. */
  public int readers() {
    return last - first + 1;
  }
}
