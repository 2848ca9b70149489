package dev.rheo.cli;

import java.io.PrintStream;

/** The entry point of the process. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    long started = System.nanoTime();
    System.exit(run(started, arguments, System.out, System.err));
  }

  /**
   * Runs a command and returns its exit code: 0, 1 if it failed, 2 if it was not understood, or
   * another code of the command.
   */
  static int run(long started, String[] arguments, PrintStream out, PrintStream err) {
    return new RheoCommand(new ServeCommand(new Startup(started)), out, err).execute(arguments);
  }
}
