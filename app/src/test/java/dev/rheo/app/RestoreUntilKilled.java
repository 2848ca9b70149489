package dev.rheo.app;

import java.nio.file.Path;

/** The main class of a process that is killed while it restores a file. */
final class RestoreUntilKilled {
  private RestoreUntilKilled() {}

  /**
   * @param arguments the file and the data directory
   */
  public static void main(String[] arguments) throws Exception {
    System.out.println("begun");
    SnapshotFiles.Summary summary =
        SnapshotFiles.restore(Path.of(arguments[0]), Path.of(arguments[1]), 0);
    System.out.println("restored " + summary.keys());
  }
}
