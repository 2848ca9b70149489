package dev.rheo.storm;

import dev.rheo.storm.result.StormSettings;
import dev.rheo.storm.result.StormSettings.Accept;
import dev.rheo.storm.result.StormSettings.Reader;
import dev.rheo.storm.run.Pace;
import dev.rheo.storm.verify.ObjectSet;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The options of a storm.
 *
 * @param settings settings that are reported with the result; {@code maxServerMemory} in them is
 *     ignored
 * @param kubeconfig kubeconfig of the cluster to test, or null to start a server
 * @param context context of the kubeconfig, or null for its current context
 * @param serveCommand command line of {@code rheo serve}, used without a kubeconfig
 * @param scratch directory for the data of a started server
 * @param yes whether to write to a cluster that is in use without asking
 * @param maxServerMemory resident bytes of the server at which the storm stops, or 0 for no limit;
 *     null means 80 % of the machine's memory if the server is local, else no limit
 * @param tool version of Rheo
 * @param pace time limits for waiting
 */
public record StormOptions(
    StormSettings settings,
    @Nullable Path kubeconfig,
    @Nullable String context,
    List<String> serveCommand,
    Path scratch,
    boolean yes,
    @Nullable Long maxServerMemory,
    String tool,
    Pace pace) {

  private static final int MAX_INFORMERS = 20_000;
  private static final long MIN_SIZE = 16;
  private static final long MAX_SIZE = 64 << 20;

  /**
   * @throws IllegalArgumentException if an option is out of range or conflicts with another; the
   *     message names the option
   */
  public StormOptions {
    serveCommand = List.copyOf(serveCommand);
    require(!settings.modes().isEmpty(), "--mode needs a mode");
    within("--informers", settings.informers(), 1, MAX_INFORMERS);
    within("--objects", settings.objects(), 1, ObjectSet.MAX_COUNT);
    within("--size", settings.size(), MIN_SIZE, MAX_SIZE);
    within("--repeat", settings.repeat(), 1, 1000);
    require(settings.rate() >= 0, "--rate must not be negative");
    require(settings.churn() >= 0 && settings.churn() <= 100_000, "--churn must be 0 to 100000");
    require(settings.timeoutSeconds() >= 1, "--timeout must be 1s or more");
    require(
        settings.reader() == Reader.STREAMS || settings.accept() == Accept.JSON,
        "--reader informers needs --accept json");
    require(context == null || kubeconfig != null, "--context needs --kubeconfig");
    require(
        settings.namespace().matches("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"),
        "--namespace '" + settings.namespace() + "' is no name of a namespace");
    require(
        !settings.namespace().equals("default") && !settings.namespace().startsWith("kube-"),
        "--namespace must be one of its own: it is removed at the end");
    require(
        kubeconfig != null || settings.serverPid() == null,
        "--server-pid needs --kubeconfig: a server that storm starts is known to it");
    require(
        kubeconfig != null || !settings.keep(),
        "--keep needs --kubeconfig: what is in a server that storm starts goes with it");
  }

  private static void within(String option, long value, long min, long max) {
    require(value >= min && value <= max, "%s must be %d to %d".formatted(option, min, max));
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
