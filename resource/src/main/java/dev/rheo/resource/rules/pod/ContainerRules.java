package dev.rheo.resource.rules.pod;

import dev.rheo.api.name.Names;
import dev.rheo.api.status.FieldError;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.Syntax;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Checks the containers of a pod: regular, init and ephemeral ones. */
final class ContainerRules {
  private static final List<String> PROTOCOLS = List.of("SCTP", "TCP", "UDP");
  static final List<String> PULL_POLICIES = List.of("Always", "IfNotPresent", "Never");
  private static final List<String> MESSAGE_POLICIES = List.of("File", "FallbackToLogsOnError");
  private static final List<String> PROBES =
      List.of("livenessProbe", "readinessProbe", "startupProbe");

  /** Fields that an ephemeral container must not have, not even empty ones. */
  private static final List<String> NOT_EPHEMERAL =
      List.of("restartPolicy", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle");

  /** Fields that an ephemeral container may have if they are empty. */
  private static final List<String> EMPTY_IN_EPHEMERAL =
      List.of("ports", "resources", "resizePolicy", "restartPolicyRules");

  private final PodScope scope;

  ContainerRules(PodScope scope) {
    this.scope = scope;
  }

  void all() {
    regular(scope.spec().at("containers"));
    init(scope.spec().at("initContainers"));
    ephemeral(scope.spec().at("ephemeralContainers"));
  }

  private void regular(Field containers) {
    if (!containers.need("")) {
      return;
    }
    Set<String> names = new HashSet<>();
    for (Field container : containers.items()) {
      common(container);
      distinct(container.at("name"), names);
      lifecycle(container);
      probes(container);
      RestartRules.validate(container, false);
    }
    Set<String> hostPorts = new HashSet<>();
    for (Field container : containers.items()) {
      hostPorts(container, container.at("ports"), hostPorts);
    }
  }

  private void init(Field containers) {
    Set<String> names = names("containers");
    for (Field container : containers.items()) {
      common(container);
      boolean sidecar = Containers.isSidecar(container.object());
      RestartRules.validate(container, true);
      Field name = container.at("name");
      if (!name.isEmpty() || names.contains("")) {
        distinct(name, names);
      }
      // init containers run one by one; upstream counts them from 0 here
      hostPorts(container, containers.index(0).at("ports"), new HashSet<>());
      if (sidecar) {
        lifecycle(container);
        probes(container);
      } else {
        onlyForSidecars(container);
      }
    }
  }

  private void onlyForSidecars(Field container) {
    for (String field : List.of("lifecycle", "livenessProbe", "readinessProbe", "startupProbe")) {
      if (container.at(field).present()) {
        container
            .at(field)
            .forbidden("may not be set for init containers without restartPolicy=Always");
      }
    }
    if (!scope.options().initRestartOnResize()) {
      for (Field policy : container.at("resizePolicy").items()) {
        Field restart = policy.at("restartPolicy");
        if (restart.is("RestartContainer")) {
          restart.invalid("must not be set to 'RestartContainer' for non-sidecar initContainers");
        }
      }
    }
  }

  private void ephemeral(Field containers) {
    Set<String> names = names("containers");
    names.addAll(names("initContainers"));
    Set<String> others = new HashSet<>(names);
    for (Field container : containers.items()) {
      common(container);
      onlyForPod(container);
      distinct(container.at("name"), names);
      Field target = container.at("targetContainerName");
      if (!target.isEmpty() && !others.contains(target.text())) {
        target.notFound();
      }
      onlyBasics(container);
    }
  }

  /** An ephemeral container is no service, and what it mounts is cleaned up with the pod only. */
  private static void onlyBasics(Field container) {
    for (String field : EMPTY_IN_EPHEMERAL) {
      notEphemeral(container.at(field), !container.at(field).isEmpty());
    }
    for (String field : NOT_EPHEMERAL) {
      notEphemeral(container.at(field), container.at(field).present());
    }
    for (Field mount : container.at("volumeMounts").items()) {
      for (String field : List.of("subPath", "subPathExpr")) {
        notEphemeral(mount.at(field), !mount.at(field).isEmpty());
      }
    }
  }

  private static void notEphemeral(Field field, boolean set) {
    if (set) {
      field.forbidden("cannot be set for an Ephemeral Container");
    }
  }

  private Set<String> names(String list) {
    Set<String> names = new HashSet<>();
    Trees.eachObject(scope.spec().node(), list, c -> names.add(Trees.text(c, "name")));
    return names;
  }

  private static void distinct(Field name, Set<String> names) {
    if (!names.add(name.text())) {
      name.duplicate();
    }
  }

  private void common(Field container) {
    Field name = container.at("name");
    if (name.need("")) {
      name.check(Names::dnsLabel);
    }
    container.at("image").need("");
    Field messages = container.at("terminationMessagePolicy");
    if (messages.need("")) {
      messages.oneOf(MESSAGE_POLICIES);
    }
    ports(container.at("ports"));
    EnvRules.variables(container.at("env"));
    EnvRules.sources(container.at("envFrom"));
    MountRules.validate(container, scope.volumes());
    pullPolicy(container.at("imagePullPolicy"));
    ResourceRules.container(container.at("resources"), scope.claims(), scope.options());
    ResourceRules.resizePolicy(container.at("resizePolicy"), scope.neverRestarts());
    SecurityContextRules.container(container.at("securityContext"), scope.hostUsers());
  }

  static void pullPolicy(Field policy) {
    if (policy.need("")) {
      policy.oneOf(PULL_POLICIES);
    }
  }

  /** What is demanded of pods, but not of templates. */
  static void onlyForPod(Field container) {
    Field image = container.at("image");
    if (!image.text().strip().equals(image.text())) {
      image.invalid("must not have leading or trailing whitespace");
    }
  }

  private static void ports(Field ports) {
    Set<String> names = new HashSet<>();
    for (Field port : ports.items()) {
      Field name = port.at("name");
      if (!name.isEmpty()) {
        List<String> faults = Syntax.portName(name.text());
        name.invalidFor(faults);
        if (faults.isEmpty()) {
          distinct(name, names);
        }
      }
      Field number = port.at("containerPort");
      if (number.number() == 0) {
        number.required("");
      } else {
        Syntax.port(number);
      }
      if (port.at("hostPort").number() != 0) {
        Syntax.port(port.at("hostPort"));
      }
      Field protocol = port.at("protocol");
      if (protocol.need("")) {
        protocol.oneOf(PROTOCOLS);
      }
    }
  }

  /**
   * @param place where a fault is reported
   */
  private static void hostPorts(Field container, Field place, Set<String> taken) {
    int i = 0;
    for (Field port : container.at("ports").items()) {
      long number = port.at("hostPort").number();
      String key = port.at("protocol").text() + "/" + port.at("hostIP").text() + "/" + number;
      if (number != 0 && !taken.add(key)) {
        Field at = place.index(i).at("hostPort");
        at.fault(FieldError.duplicate(at.path(), key));
      }
      i++;
    }
  }

  private void lifecycle(Field container) {
    for (String when : List.of("postStart", "preStop")) {
      Field handler = container.at("lifecycle", when);
      if (handler.present()) {
        HandlerRules.lifecycle(handler, scope.gracePeriod());
      }
    }
  }

  private void probes(Field container) {
    for (String probe : PROBES) {
      if (container.at(probe).present()) {
        HandlerRules.probe(container.at(probe));
      }
    }
  }
}
