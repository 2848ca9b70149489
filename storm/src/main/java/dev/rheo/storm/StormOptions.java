package dev.rheo.storm;

import dev.rheo.storm.result.StormSettings;
import dev.rheo.storm.run.Pace;
import dev.rheo.storm.verify.ObjectSet;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a storm is told.
 *
 * @param settings what is shown with the result; its {@code maxServerMemory} is not looked at
 * @param kubeconfig the cluster to use, or null for a server started for the occasion
 * @param context of the kubeconfig, or null for its current one
 * @param serveCommand what runs {@code rheo serve}; used where there is no kubeconfig
 * @param scratch folder in which a started server has its data
 * @param yes whether it may write to a cluster that is in use without asking
 * @param maxServerMemory bytes of server memory at which to stop, 0 for none; null for 80 % of the
 *     machine's where the server is local, else none
 * @param tool the version of Rheo
 * @param pace how long is waited for things to settle
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
   * @throws IllegalArgumentException if the options make no sense; the message names the option
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
