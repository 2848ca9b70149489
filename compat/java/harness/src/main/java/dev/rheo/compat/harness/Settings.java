package dev.rheo.compat.harness;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The options of a program: {@code --kubeconfig FILE}, {@code --restarts "COMMAND;;COMMAND"} (shell
 * commands that restart the server and return when it is ready), {@code --churn SECONDS}, {@code
 * --upstream} (the server is kube-apiserver, which forgets its history when it is restarted and
 * compresses no watch).
 */
public record Settings(String kubeconfig, List<String> restarts, Duration churn, boolean upstream) {

  public static Settings parse(String[] args) {
    String kubeconfig = System.getenv("KUBECONFIG");
    List<String> restarts = new ArrayList<>();
    Duration churn = Duration.ofSeconds(3);
    boolean upstream = false;
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--kubeconfig" -> kubeconfig = args[++i];
        case "--restarts" -> {
          for (String command : args[++i].split(";;")) {
            if (!command.isBlank()) {
              restarts.add(command.strip());
            }
          }
        }
        case "--churn" -> churn = Duration.ofMillis((long) (1000 * Double.parseDouble(args[++i])));
        case "--upstream" -> upstream = true;
        default -> throw new IllegalArgumentException("unknown option " + args[i]);
      }
    }
    if (kubeconfig == null) {
      throw new IllegalArgumentException("--kubeconfig FILE is needed");
    }
    return new Settings(kubeconfig, List.copyOf(restarts), churn, upstream);
  }
}
